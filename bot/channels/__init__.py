"""CHANNELS: every channel by name; a module is imported only when it is switched on.

A channel's module offers `build(settings, ...) -> Channel`; see docs/channels.md.
"""

CHANNELS = {
    "web": "bot.channels.web",
    "telegram": "bot.channels.telegram",
    "wecom": "bot.channels.wecom",
    "wecom_bot": "bot.channels.wecom_bot",
}
OUTPUT_ONLY = {"wecom_group": "bot.channels.wecom_group"}  # robots: nothing is heard of them
CALLED_BACK = ("telegram", "wecom")  # their packages offer `routes(channel, inbox)`
