"""A whole run at a glance: what its folder of results holds, how far it is, and the page that one reads first."""
