//! Numbers and periods as typed literals: exact decimals, 万 and 亿 multiplied out, first and last days.

use jiff::civil::Date;

/// A number as a decimal without exponent, the shortest that reads back as the same number: `477.27`, `404`, `0.0001`.
/// `None` for what is no number.
pub fn decimal(value: f64) -> Option<String> {
    value.is_finite().then(|| if value == 0.0 { "0".to_owned() } else { value.to_string() })
}

/// A probability as a decimal of at most four places: `0.8765`, `1`.
pub(super) fn probability(value: f64) -> String {
    let value = if value.is_finite() { value.clamp(0.0, 1.0) } else { 0.0 };
    let digits = format!("{value:.4}");
    let digits = digits.trim_end_matches('0').trim_end_matches('.');
    digits.to_owned()
}

/// The value with the unit's 万 and 亿 multiplied out, exactly: 477.27 `亿元` is `47727000000`, 5 `千万元` is `50000000`.
///
/// 十, 百 and 千 count only before 万 or 亿, because 千米 and 百分点 are units.
pub fn magnitude(value: f64, unit: &str) -> Option<String> {
    Some(shift(&decimal(value)?, power_of_ten(unit)))
}

/// How many places the decimal point moves for the multiplier that the unit begins with.
fn power_of_ten(unit: &str) -> usize {
    let (small, rest) = match unit.chars().next() {
        Some('十') => (1, &unit['十'.len_utf8()..]),
        Some('百') => (2, &unit['百'.len_utf8()..]),
        Some('千') => (3, &unit['千'.len_utf8()..]),
        _ => (0, unit),
    };
    if rest.starts_with("万亿") {
        small + 12
    } else if rest.starts_with('亿') {
        small + 8
    } else if rest.starts_with('万') {
        small + 4
    } else {
        0
    }
}

/// Moves the point of a decimal to the right.
fn shift(digits: &str, places: usize) -> String {
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |digits| ("-", digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let moved = places.min(fraction.len());
    let mut shifted = format!("{whole}{}{}", &fraction[..moved], "0".repeat(places - moved));
    let kept = shifted.trim_start_matches('0').len().max(1);
    shifted.drain(..shifted.len() - kept.min(shifted.len()));
    match &fraction[moved..] {
        "" => format!("{sign}{shifted}"),
        rest => format!("{sign}{shifted}.{rest}"),
    }
}

/// First and last day, `YYYY-MM-DD`, of a period in the guidelines' notation: `2024`, `2024-07`, `2024-07-02`, `2024-Q3`,
/// `2024-H1`, or two of these joined by `/`. `None` for anything else.
pub fn period_bounds(period: &str) -> Option<(String, String)> {
    let (start, end) = match period.split_once('/') {
        Some((start, end)) => (bounds(start)?.0, bounds(end)?.1),
        None => bounds(period)?,
    };
    (start <= end).then(|| (start.to_string(), end.to_string()))
}

fn bounds(period: &str) -> Option<(Date, Date)> {
    let months = |year: i16, first: i8, last: i8| {
        let end = Date::new(year, last, 1).ok()?.last_of_month();
        Some((Date::new(year, first, 1).ok()?, end))
    };
    let mut parts = period.split('-');
    let year_digits = parts.next().filter(|digits| digits.len() == 4)?;
    let year: i16 = year_digits.parse().ok()?;
    match (parts.next(), parts.next(), parts.next()) {
        (None, _, _) => months(year, 1, 12),
        (Some(part), None, _) => match (part.chars().next()?, part.get(1..)?.parse::<i8>()) {
            ('Q', Ok(quarter @ 1..=4)) => months(year, quarter * 3 - 2, quarter * 3),
            ('H', Ok(half @ 1..=2)) => months(year, half * 6 - 5, half * 6),
            _ => {
                let month = two_digits(part)?;
                months(year, month, month)
            }
        },
        (Some(month), Some(day), None) => {
            let date = Date::new(year, two_digits(month)?, two_digits(day)?).ok()?;
            Some((date, date))
        }
        _ => None,
    }
}

fn two_digits(part: &str) -> Option<i8> {
    part.parse().ok().filter(|_| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_have_no_exponent() {
        assert_eq!(decimal(477.27).as_deref(), Some("477.27"));
        assert_eq!(decimal(1e21).as_deref(), Some("1000000000000000000000"));
        assert_eq!(decimal(1e-7).as_deref(), Some("0.0000001"));
        assert_eq!(decimal(-0.0).as_deref(), Some("0"));
        assert_eq!(decimal(f64::NAN), None);
        assert_eq!(probability(0.87654), "0.8765");
        assert_eq!(probability(1.0), "1");
        assert_eq!(probability(0.0), "0");
        assert_eq!(probability(0.00001), "0");
    }

    #[test]
    fn wan_and_yi_are_multiplied_out_exactly() {
        for (value, unit, expected) in [
            (477.27, "亿元", "47727000000"),
            (3.0, "万亿元", "3000000000000"),
            (0.5, "万元", "5000"),
            (0.00001, "万元", "0.1"),
            (1.23456, "万人", "12345.6"),
            (-2.5, "亿元", "-250000000"),
            (0.0, "亿元", "0"),
            (12.0, "千米", "12"),
            (3.0, "百分点", "3"),
            (5.0, "千万元", "50000000"),
            (80.54, "%", "80.54"),
            (7.0, "", "7"),
        ] {
            assert_eq!(magnitude(value, unit).as_deref(), Some(expected), "{value}{unit}");
        }
    }

    #[test]
    fn periods_have_first_and_last_days() {
        for (period, first, last) in [
            ("2024", "2024-01-01", "2024-12-31"),
            ("2024-02", "2024-02-01", "2024-02-29"),
            ("2025-07-02", "2025-07-02", "2025-07-02"),
            ("2025-Q3", "2025-07-01", "2025-09-30"),
            ("2025-H1", "2025-01-01", "2025-06-30"),
            ("2021/2025", "2021-01-01", "2025-12-31"),
            ("2025-01/2025-05", "2025-01-01", "2025-05-31"),
        ] {
            assert_eq!(period_bounds(period), Some((first.to_owned(), last.to_owned())), "{period}");
        }
        for period in ["", "去年", "2025-13", "2025-Q5", "2025-7", "2025/2024", "2025-02-30", "20250", "2025-01-01-01"]
        {
            assert_eq!(period_bounds(period), None, "{period}");
        }
    }
}
