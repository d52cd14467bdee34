"""Who captures the value: value added along a chain, by stage, by place and by owner."""
