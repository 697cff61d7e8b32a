/// A file that begins as XDF does.
pub(crate) fn file(chunks: &[Vec<u8>]) -> Vec<u8> {
    [b"XDF:".to_vec(), chunks.concat()].concat()
}

/// A chunk with this tag and content.
pub(crate) fn chunk(tag: u16, content: &[u8]) -> Vec<u8> {
    let len = content.len() + 2;
    let mut bytes = match u8::try_from(len) {
        Ok(len) => vec![1, len],
        Err(_) => [&[4][..], &(len as u32).to_le_bytes()].concat(),
    };
    bytes.extend(tag.to_le_bytes());
    bytes.extend(content);
    bytes
}

pub(crate) fn file_header() -> Vec<u8> {
    chunk(
        1,
        b"<?xml version=\"1.0\"?>\n<info><version>1.0</version><datetime>2026-03-02T10:20:30+0100</datetime></info>",
    )
}

pub(crate) fn stream_header(stream: u32, n_channels: u32, format: &str, rate: &str) -> Vec<u8> {
    let labels: String = (1..=n_channels.min(4))
        .map(|n| format!("<channel><label>S{stream}C{n}</label><unit>uV</unit></channel>"))
        .collect();
    let xml = format!(
        "<?xml version=\"1.0\"?>\n<info><name>stream {stream}</name><type>EEG</type>\
         <channel_count>{n_channels}</channel_count><nominal_srate>{rate}</nominal_srate>\
         <channel_format>{format}</channel_format><desc><channels>{labels}</channels></desc></info>"
    );
    chunk(2, &[&stream.to_le_bytes(), xml.as_bytes()].concat())
}

/// Samples whose values are written already, each with a stamp or without.
pub(crate) fn samples(stream: u32, samples: &[(Option<f64>, Vec<u8>)]) -> Vec<u8> {
    let mut content = stream.to_le_bytes().to_vec();
    content.extend([1, samples.len() as u8]);
    for (stamp, values) in samples {
        match stamp {
            None => content.push(0),
            Some(stamp) => {
                content.push(8);
                content.extend(stamp.to_le_bytes());
            }
        }
        content.extend(values);
    }
    chunk(3, &content)
}

pub(crate) fn clock_offset(stream: u32, time: f64, offset: f64) -> Vec<u8> {
    let content = [
        &stream.to_le_bytes()[..],
        &time.to_le_bytes(),
        &offset.to_le_bytes(),
    ];
    chunk(4, &content.concat())
}

pub(crate) fn string(text: &str) -> Vec<u8> {
    [&[1, text.len() as u8], text.as_bytes()].concat()
}

/// Two channels of 16 bits at 4 Hz with an interruption of 10 s, and a stream of markers with a clock of its own.
pub(crate) fn small() -> Vec<u8> {
    let pair = |a: i16, b: i16| [a.to_le_bytes(), b.to_le_bytes()].concat();
    file(&[
        file_header(),
        stream_header(1, 2, "int16", "4"),
        stream_header(7, 1, "string", "0"),
        samples(
            1,
            &[
                (Some(100.0), pair(1, -1)),
                (None, pair(2, -2)),
                (None, pair(3, -3)),
            ],
        ),
        clock_offset(7, 0.0, 60.0),
        chunk(5, &[0x43; 16]),
        samples(
            7,
            &[(Some(40.5), string("eyes closed")), (None, string(""))],
        ),
        samples(1, &[(Some(300.5), pair(4, -4)), (None, pair(5, -5))]),
        chunk(6, b"\x01\0\0\0<info/>"),
    ])
}
