use std::fmt::{self, Display, Write};

/// Text with the characters that mean something in HTML and SVG replaced, and control characters, which XML does not
/// allow, left out.
#[derive(Clone, Copy)]
pub(super) struct Escaped<'a>(pub(super) &'a str);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            match character {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                _ if character.is_control() => f.write_char(' ')?,
                _ => f.write_char(character)?,
            }
        }
        Ok(())
    }
}

/// Where a text stands from its point.
#[derive(Clone, Copy)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// A picture in pixels, its origin at the upper left.
pub(super) struct Svg {
    body: String,
    width: f64,
    height: f64,
    /// What it shows, for those who cannot see it.
    description: String,
}

impl Svg {
    pub(super) fn new(width: f64, height: f64, description: &str) -> Self {
        Self {
            body: String::new(),
            width,
            height,
            description: description.to_owned(),
        }
    }

    pub(super) fn rect(&mut self, [x, y, width, height]: [f64; 4], style: &str) {
        self.add(format_args!(
            r#"<rect x="{x:.2}" y="{y:.2}" width="{width:.2}" height="{height:.2}" {style}/>"#
        ));
    }

    pub(super) fn line(&mut self, [x1, y1]: [f64; 2], [x2, y2]: [f64; 2], style: &str) {
        self.add(format_args!(
            r#"<line x1="{x1:.2}" y1="{y1:.2}" x2="{x2:.2}" y2="{y2:.2}" {style}/>"#
        ));
    }

    pub(super) fn circle(&mut self, [x, y]: [f64; 2], radius: f64, style: &str) {
        self.add(format_args!(
            r#"<circle cx="{x:.2}" cy="{y:.2}" r="{radius}" {style}/>"#
        ));
    }

    pub(super) fn polyline(&mut self, points: impl Iterator<Item = [f64; 2]>, style: &str) {
        let points: Vec<String> = points.map(|[x, y]| format!("{x:.2},{y:.2}")).collect();
        self.add(format_args!(
            r#"<polyline points="{}" fill="none" {style}/>"#,
            points.join(" ")
        ));
    }

    pub(super) fn text(&mut self, [x, y]: [f64; 2], anchor: Anchor, style: &str, text: &str) {
        self.add(format_args!(
            r#"<text x="{x:.2}" y="{y:.2}" text-anchor="{}" {style}>{}</text>"#,
            anchor.name(),
            Escaped(text)
        ));
    }

    /// A text that reads upwards, its middle at the point.
    pub(super) fn upright_text(&mut self, [x, y]: [f64; 2], style: &str, text: &str) {
        self.add(format_args!(
            r#"<text transform="translate({x:.2} {y:.2}) rotate(-90)" text-anchor="middle" {style}>{}</text>"#,
            Escaped(text)
        ));
    }

    fn add(&mut self, element: fmt::Arguments<'_>) {
        self.body.push_str(&element.to_string());
        self.body.push('\n');
    }
}

impl Display for Svg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { width, height, .. } = self;
        write!(
            f,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
             style=\"max-width:{width}px\" role=\"img\" font-family=\"sans-serif\" font-size=\"12\" \
             fill=\"#1a1a1a\">\n<title>{}</title>\n{}</svg>\n",
            Escaped(&self.description),
            self.body
        )
    }
}

impl Anchor {
    fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Middle => "middle",
            Self::End => "end",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_written_can_end_an_element() {
        let text = "<b onload=\"x\">&'\u{1b}</b>";
        assert_eq!(
            Escaped(text).to_string(),
            "&lt;b onload=&quot;x&quot;&gt;&amp;&#39; &lt;/b&gt;"
        );
        let mut svg = Svg::new(10.0, 10.0, text);
        svg.text([0.0, 0.0], Anchor::Start, "", text);
        svg.upright_text([0.0, 0.0], "", text);
        assert!(!svg.to_string().contains("<b"));
    }
}
