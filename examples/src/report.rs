//! Pages without scripts, for reports: a frame, tiles, plots in SVG, pictures and tables.

mod plot;
mod raster;

use std::fmt::Write as _;

pub use plot::{
    DIAMOND, DISC, GREEN, INK, Mark, NOTE, ON_PICTURE, POINT, Panel, Plot, SQUARE, Stroke, TICK,
    TRIANGLE, WARM, number, round_ticks,
};
pub use raster::{colour, coloured_uri, data_uri, photo_uri};

const STYLE: &str = include_str!("report/style.css");

/// A whole HTML page; `title` and `about` are plain text, `body` is HTML.
pub fn page(title: &str, about: &str, body: &str) -> String {
    let (title, about) = (escape(title), escape(about));
    format!(
        r#"<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>{title}</title><style>{STYLE}</style></head><body><main>
<h1>{title}</h1>
<p class="about">{about}</p>
{body}
</main></body></html>
"#
    )
}

/// Figures in a row, each with a name and what it means.
pub fn tiles<'a>(tiles: impl IntoIterator<Item = (&'a str, String, &'a str)>) -> String {
    let mut html = "<dl class=\"tiles\">".to_owned();
    for (name, value, meaning) in tiles {
        let (name, value, meaning) = (escape(name), escape(&value), escape(meaning));
        let _ = write!(
            html,
            "<div><dt>{name}</dt><dd>{value}</dd><small>{meaning}</small></div>"
        );
    }
    html + "</dl>\n"
}

/// A frame around plots that stand side by side where the page is wide enough.
pub fn plots(svgs: impl IntoIterator<Item = String>) -> String {
    let mut html = "<div class=\"plots\">".to_owned();
    for svg in svgs {
        let _ = write!(html, "<div class=\"plot\">{svg}</div>");
    }
    html + "</div>\n"
}

/// A plot or a picture of its own, as wide as the page.
pub fn figure(svg: &str) -> String {
    format!("<div class=\"plot\">{svg}</div>\n")
}

/// Small pictures side by side, each an image or an SVG with a title and what it shows.
pub fn pictures<'a>(pictures: impl IntoIterator<Item = (String, &'a str, String)>) -> String {
    let mut html = "<div class=\"pictures\">".to_owned();
    for (picture, title, text) in pictures {
        let (title, text) = (escape(title), escape(&text));
        let _ = write!(
            html,
            "<figure>{picture}<figcaption><b>{title}</b> {text}</figcaption></figure>"
        );
    }
    html + "</div>\n"
}

/// An image of `data:`, its pixels shown as squares where they are enlarged.
pub fn pixels(data_uri: &str, meaning: &str) -> String {
    format!(
        "<img class=\"cells\" alt=\"{}\" src=\"{data_uri}\">",
        escape(meaning)
    )
}

/// A heading with a paragraph under it; none where that is empty. Both are plain text.
pub fn section(heading: &str, text: &str) -> String {
    let mut html = format!("<h2>{}</h2>\n", escape(heading));
    if !text.is_empty() {
        let _ = writeln!(html, "<p class=\"about\">{}</p>", escape(text));
    }
    html
}

/// Tables side by side.
pub fn tables(tables: impl IntoIterator<Item = String>) -> String {
    let mut html = "<div class=\"tables\">".to_owned();
    html.extend(tables);
    html + "</div>\n"
}

/// Tables in columns as even as their lengths allow.
pub fn columns(tables: impl IntoIterator<Item = String>) -> String {
    let mut html = "<div class=\"columns\">".to_owned();
    for table in tables {
        let _ = write!(html, "<div>{table}</div>");
    }
    html + "</div>\n"
}

/// A table whose cells are words rather than numbers, as wide as the page.
pub fn words(table: &str) -> String {
    format!("<div class=\"words\">{table}</div>\n")
}

/// A table of plain text: the caption, the columns' heads, and rows as long as those.
pub fn html_table<const N: usize>(
    caption: &str,
    heads: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> String {
    let mut html = format!("<table><caption>{}</caption><thead><tr>", escape(caption));
    for head in heads {
        let _ = write!(html, "<th>{}</th>", escape(head));
    }
    html.push_str("</tr></thead><tbody>");
    for row in rows {
        html.push_str("<tr>");
        for cell in row {
            // A long name may break where its words do.
            let cell = escape(&cell).replace('_', "_<wbr>");
            let _ = write!(html, "<td>{cell}</td>");
        }
        html.push_str("</tr>");
    }
    html + "</tbody></table>"
}

/// Text as HTML and SVG show it.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
