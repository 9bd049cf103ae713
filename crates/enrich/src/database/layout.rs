//! Values that the makers of databases lay out differently: MaxMind and DB-IP nest them, IPinfo and others do not.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, Visitor};

/// A city, country or continent: `{"iso_code": …, "names": {"en": …}}`, or the text alone.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Named<'a> {
    pub(super) code: Option<&'a str>,
    pub(super) name: Option<&'a str>,
    pub(super) text: Option<&'a str>,
}

impl<'de: 'a, 'a> Deserialize<'de> for Named<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OfNamed;

        impl<'de> Visitor<'de> for OfNamed {
            type Value = Named<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a name, or an object with names")
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Named { text: Some(text).filter(|text| !text.is_empty()), ..Named::default() })
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut named = Named::default();
                while let Some(key) = map.next_key::<&str>()? {
                    match key {
                        "iso_code" => named.code = Some(map.next_value()?),
                        "names" => named.name = map.next_value::<English<'de>>()?.0,
                        _ => drop(map.next_value::<IgnoredAny>()?),
                    }
                }
                Ok(named)
            }
        }

        deserializer.deserialize_any(OfNamed)
    }
}

/// The English one of the names by language.
struct English<'a>(Option<&'a str>);

impl<'de: 'a, 'a> Deserialize<'de> for English<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OfEnglish;

        impl<'de> Visitor<'de> for OfEnglish {
            type Value = English<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("names by language")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut english = None;
                while let Some(key) = map.next_key::<&str>()? {
                    if key == "en" {
                        english = Some(map.next_value()?);
                    } else {
                        map.next_value::<IgnoredAny>()?;
                    }
                }
                Ok(English(english))
            }
        }

        deserializer.deserialize_map(OfEnglish)
    }
}

/// A number, or the text of one, perhaps with letters before it, as in `AS64500`.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Number(pub(super) Option<f64>);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OfNumber;

        impl Visitor<'_> for OfNumber {
            type Value = Number;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a number")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Number, E> {
                let digits = text.trim_start_matches(|character: char| character.is_ascii_alphabetic());
                Ok(Number(digits.parse().ok().filter(|number: &f64| number.is_finite())))
            }

            fn visit_f64<E: Error>(self, number: f64) -> Result<Number, E> {
                Ok(Number(Some(number).filter(|number| number.is_finite())))
            }

            fn visit_f32<E: Error>(self, number: f32) -> Result<Number, E> {
                self.visit_f64(number.into())
            }

            fn visit_u32<E: Error>(self, number: u32) -> Result<Number, E> {
                Ok(Number(Some(number.into())))
            }

            fn visit_u16<E: Error>(self, number: u16) -> Result<Number, E> {
                Ok(Number(Some(number.into())))
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Number, E> {
                Ok(Number(u32::try_from(number).ok().map(f64::from)))
            }

            fn visit_i32<E: Error>(self, number: i32) -> Result<Number, E> {
                Ok(Number(Some(number.into())))
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<Number, E> {
                Ok(Number(i32::try_from(number).ok().map(f64::from)))
            }
        }

        deserializer.deserialize_any(OfNumber)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_as_numbers_and_as_texts() {
        let number = |json: &str| serde_json::from_str::<Number>(json).unwrap().0;
        assert_eq!(number("52.4"), Some(52.4));
        assert_eq!(number("-7"), Some(-7.0));
        assert_eq!(number(r#""52.4""#), Some(52.4));
        assert_eq!(number(r#""AS64500""#), Some(64_500.0));
        assert_eq!(number(r#""""#), None);
        assert_eq!(number(r#""nan""#), None);
        assert_eq!(number(r#""1e999""#), None);
    }
}
