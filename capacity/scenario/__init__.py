"""The language: frozen models that mirror the YAML one to one."""
