"""Design & transition: the blueprint, approved and funded before anyone builds."""
