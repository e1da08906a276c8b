"""How fast Hearth is beside others, measured in one run on one machine."""
