/// The samples of two signals, interleaved: five frames of 12 bits, of which one sample is missing.
pub(crate) const NUMBERS: [i32; 10] = [0, 1, -1, 2047, -2047, 512, -2048, 7, 100, -100];

/// A header of two signals in `format`, in mV and in NU.
pub(crate) fn header(format: &str) -> String {
    format!(
        "# made by hand\r\nx 2 360/1(0) 5 10:20:30.5 02/03/2026\r\nx.dat {format} 200(24)/mV 12 0 0 0 0 MLII\r\n\
         x.dat {format} 100/NU 12 10 0 0 0 V5 lead\r\n# 69 M\r\n"
    )
}

/// The numbers as a format writes them; its lowest number for the missing one.
pub(crate) fn data(format: &str, numbers: &[i32]) -> Vec<u8> {
    let missing = |lowest: i32| move |&x: &i32| if x == -2048 { lowest } else { x };
    match format {
        "16" => (numbers.iter().map(missing(-0x8000)))
            .flat_map(|x| (x as i16).to_le_bytes())
            .collect(),
        "24" => (numbers.iter().map(missing(-0x80_0000)))
            .flat_map(|x| x.to_le_bytes().into_iter().take(3))
            .collect(),
        "32" => (numbers.iter().map(missing(i32::MIN)))
            .flat_map(i32::to_le_bytes)
            .collect(),
        "80" => (numbers.iter().map(missing(-128)))
            .map(|x| (x.max(-128).clamp(if x == -128 { -128 } else { -127 }, 127) + 128) as u8)
            .collect(),
        "212" => numbers
            .chunks(2)
            .flat_map(|pair| {
                let (a, b) = (pair[0], pair.get(1).copied());
                let high = (a >> 8 & 15) | (b.unwrap_or(0) >> 8 & 15) << 4;
                let mut bytes = vec![a as u8, high as u8];
                bytes.extend(b.map(|b| b as u8));
                bytes
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// An annotation file: a resolution, a rhythm, two beats far apart, and one of the second signal.
pub(crate) fn annotations() -> Vec<u8> {
    let word = |code: u16, value: u16| (code << 10 | value).to_le_bytes();
    let text = |text: &str| {
        let mut bytes = word(63, text.len() as u16).to_vec();
        bytes.extend(text.bytes());
        bytes.resize(bytes.len().next_multiple_of(2), 0);
        bytes
    };
    [
        word(22, 0).to_vec(),
        text("## time resolution: 720"),
        word(28, 18).to_vec(),
        text("(AFIB"),
        word(1, 18).to_vec(),
        word(59, 0).to_vec(),
        // 100,000 = 0x186a0, the high word first.
        vec![1, 0, 0xa0, 0x86],
        word(5, 0).to_vec(),
        word(61, 3).to_vec(),
        word(60, 2).to_vec(),
        word(62, 1).to_vec(),
        word(8, 44).to_vec(),
        word(0, 0).to_vec(),
    ]
    .concat()
}
