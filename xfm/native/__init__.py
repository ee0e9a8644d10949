"""Configurations of other tools than libvirt, read into a neutral XML that stylesheets make domain XML of."""
