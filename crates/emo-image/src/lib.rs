//! Face images for emotion recognition: bounded decoding, orientation, grey conversion, resizing and normalisation
