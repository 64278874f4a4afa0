"""The demo county: a believable 庄浪县 for trying the portal, made through the portal's own services.

Nothing here is a real person or firm: names are made up, enterprises are marked 演示, and all phones lie in
+86 1740 000 xxxx, a block of satellite telephones that no villager carries.
"""
