//! Signal processing that two modalities share: sample rates, filters and their design
