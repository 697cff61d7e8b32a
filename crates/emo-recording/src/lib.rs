//! Recordings of biosignals: EDF and CSV files as named channels with rates and units.
