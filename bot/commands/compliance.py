"""The command that prints the compliance sheet."""

import asyncio
import json

from bot.commands import Data, Json, cli, settings_of
from bot.screen import console, plainly


@cli.command()
def compliance(data: Data = None, as_json: Json = False) -> None:
    """合规单：运营单位、备案号、各开关和记录、九种情形、意见、留存数据、导出和停用步骤。"""
    from bot.compliance import sheet_of, text_of

    settings = settings_of(data)
    with plainly():
        sheet = asyncio.run(sheet_of(settings))
    if as_json:
        print(json.dumps(sheet.data(), ensure_ascii=False))
        return
    console.print(text_of(sheet, settings), soft_wrap=True, markup=False, highlight=False)
