"""CHANNELS: every channel by name; a module is imported only when it is switched on.

A channel's module offers `build(settings, ...) -> Channel`; see docs/channels.md.
"""

CHANNELS = {
    "web": "bot.channels.web",
    "telegram": "bot.channels.telegram",
}
