#![deny(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]

/// When a recording began.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StartTime {
    /// Seconds after 1970-01-01T00:00:00 of that clock, leap seconds not counted.
    pub unix_seconds: f64,
    /// The clock.
    pub clock: Clock,
}

/// Which clock a time was read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// Coordinated universal time.
    Utc,
    /// The clock on the recorder's wall: the file does not say its zone.
    Local,
}

impl StartTime {
    /// A time of the wall's clock; none if there is no such day or time.
    pub(crate) fn local(date: (i64, i64, i64), seconds_of_day: f64) -> Option<Self> {
        Some(Self {
            unix_seconds: seconds_of_date(date)? + seconds_of_day,
            clock: Clock::Local,
        })
    }

    pub(crate) fn utc(unix_seconds: f64) -> Self {
        Self {
            unix_seconds,
            clock: Clock::Utc,
        }
    }

    pub(crate) fn after(self, seconds: f64) -> Self {
        Self {
            unix_seconds: self.unix_seconds + seconds,
            ..self
        }
    }

    /// A time as ISO 8601 writes it: `2026-03-01T12:30:00.25+01:00`; with a space instead of the `T`, without fraction,
    /// and without zone, which makes it one of the wall's clock.
    pub(crate) fn from_iso8601(text: &str) -> Option<Self> {
        let (date, rest) = text.trim().split_once(['T', 't', ' '])?;
        let mut parts = date.splitn(3, '-').map(digits);
        let date = (parts.next()??, parts.next()??, parts.next()??);
        let zone_at = rest.find(['Z', 'z', '+', '-']).unwrap_or(rest.len());
        let (time, zone) = rest.split_at_checked(zone_at)?;
        let start = Self::local(date, seconds_of_time(time.trim(), ':')?)?;
        if zone.is_empty() {
            return Some(start);
        }
        Some(Self::utc(start.unix_seconds - seconds_of_zone(zone)?))
    }
}

/// Seconds of a time of the day: hours, minutes and seconds, which may have decimals.
pub(crate) fn seconds_of_time(text: &str, separator: char) -> Option<f64> {
    let mut parts = text.splitn(3, separator);
    let (hour, minute) = (digits(parts.next()?)?, digits(parts.next()?)?);
    let second = parts.next().unwrap_or("0");
    let (whole, fraction) = second.split_once('.').unwrap_or((second, "0"));
    let (whole, _) = (
        digits(whole)?,
        digits(fraction.get(..18.min(fraction.len()))?)?,
    );
    let is_time = hour < 24 && minute < 60 && whole < 61;
    let second: f64 = second.parse().ok()?;
    is_time.then_some(whole_seconds(hour * 3600 + minute * 60) + second)
}

fn seconds_of_zone(zone: &str) -> Option<f64> {
    if zone.eq_ignore_ascii_case("Z") {
        return Some(0.0);
    }
    let (sign, rest) = zone.split_at_checked(1)?;
    let (hours, minutes) = rest
        .split_once(':')
        .or_else(|| rest.split_at_checked(2))
        .unwrap_or((rest, ""));
    let minutes = if minutes.is_empty() { "0" } else { minutes };
    let (hours, minutes) = (digits(hours)?, digits(minutes)?);
    let seconds = whole_seconds(hours * 3600 + minutes * 60);
    let is_zone = hours < 24 && minutes < 60;
    is_zone.then_some(if sign == "-" { -seconds } else { seconds })
}

/// Seconds from 1970 to the beginning of a day of the Gregorian calendar.
fn seconds_of_date((year, month, day): (i64, i64, i64)) -> Option<f64> {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let n_days = match month {
        2 => 28 + i64::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=9999).contains(&year) || !(1..=n_days).contains(&day) {
        return None;
    }
    // Years that begin in March have their leap day last.
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1;
    Some(whole_seconds((days - 719_468) * 86_400))
}

/// At most 18 digits, nothing else.
pub(crate) fn digits(text: &str) -> Option<i64> {
    let is_plain = (1..=18).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_plain)
}

/// Exact: dates of four-digit years are far below 2⁵³ seconds.
fn whole_seconds(seconds: i64) -> f64 {
    seconds as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn iso_8601() {
        for (text, seconds, clock) in [
            ("1970-01-01T00:00:00Z", 0.0, Clock::Utc),
            ("2000-02-29T12:00:00.5Z", 951_825_600.5, Clock::Utc),
            ("2026-03-01 00:00:00+01:00", 1_772_319_600.0, Clock::Utc),
            ("2026-03-01T00:00:00-0530", 1_772_343_000.0, Clock::Utc),
            ("1969-12-31T23:59:59", -1.0, Clock::Local),
            ("2024-01-01T10:30", 1_704_105_000.0, Clock::Local),
        ] {
            let expected = StartTime {
                unix_seconds: seconds,
                clock,
            };
            assert_eq!(StartTime::from_iso8601(text), Some(expected), "{text}");
        }
        for text in [
            "",
            "2026-02-29T00:00:00",
            "2026-13-01T00:00:00",
            "2026-01-01",
            "2026-01-01T24:00:00",
            "2026-01-01T00:61:00",
            "2026-01-01T00:00:0x",
            "2026-01-01T00:00:00+1:2:3",
            "0000-01-01T00:00:00",
            "2026-01-01T00:00:00µ",
        ] {
            assert_eq!(StartTime::from_iso8601(text), None, "{text}");
        }
    }
}
