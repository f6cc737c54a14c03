"""The WeCom channel: a self-built app (自建应用), called back over HTTPS, answered over its REST API."""
