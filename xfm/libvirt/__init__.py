"""What talks to libvirt: the only place that imports libvirt-python."""
