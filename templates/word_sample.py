"""Invented facts that show every part of a paper: a county's own page is tried with them."""

from typing import Any

from templates.bulletin import as_facts, read

WORDS = """
@office 清河县驻村工作领导小组办公室文件
@number 清驻办发〔2026〕12号
@to 各乡镇党委，各乡镇人民政府，各驻村工作队
@draft 草稿：由人核对后按程序发出
@sign 清河县驻村工作领导小组办公室
@date 2026年11月21日
@copies 抄送：县委办公室，县政府办公室。
@seal 存证 3fa9c1d2……
@foot 本件由台账生成
**关于2026年11月中旬驻村工作情况的通报** 11月11日至11月20日
## 一、总体情况
全县工作队 300 支，走访 **4218** 户次，未销号问题 402 条，其中超期 37 条。
### （一）各乡镇情况
| 乡镇 | 走访户次 | 未销号 |
| 清水镇 | 312 | 15 |
| 云山乡 | 208 | **9** |
## 二、存在问题
**一是登记不及时。**部分走访三天以后才补记。
· 清水镇问题12，饮水管道漏水，已超 6 天
· 云山乡问题31，入户路塌方，已超 12 天
@picture 0000000000000000000000000000000000000000000000000000000000000000 入户路塌方
"""

SAMPLE: dict[str, Any] = as_facts(read(WORDS))
