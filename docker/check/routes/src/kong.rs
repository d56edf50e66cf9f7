//! What the routing of Kong 3.9 makes of `kong.yml`, in its default flavor traditional_compatible: an expression and a
//! priority for each route (kong/router/transform.lua: get_expression, get_priority).

use serde::Deserialize;
use serde_yaml_ng::Value;

#[derive(Deserialize)]
pub struct Kong {
    pub services: Vec<Service>,
    pub routes: Vec<Route>,
}

#[derive(Deserialize)]
pub struct Service {
    pub name: String,
    pub protocol: String,
    pub routes: Vec<Route>,
}

/// A route. What matters for routing and is not understood here is an error: hosts, headers, snis.
#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub struct Route {
    pub name: String,
    #[serde(default)]
    pub paths: Vec<String>,
    #[serde(default)]
    pub methods: Vec<String>,
    #[serde(default)]
    pub regex_priority: u64,
    pub strip_path: Option<bool>,
    #[serde(rename = "protocols")]
    _protocols: Vec<String>,
    #[serde(rename = "preserve_host")]
    _preserve_host: Option<bool>,
    #[serde(rename = "request_buffering")]
    _request_buffering: Option<bool>,
    #[serde(rename = "response_buffering")]
    _response_buffering: Option<bool>,
    #[serde(rename = "plugins")]
    _plugins: Option<Value>,
    #[serde(rename = "destinations")]
    _destinations: Option<Value>,
}

/// A route of HTTP, and the service that it belongs to.
pub struct Matcher {
    pub service: String,
    pub route: Route,
}

impl Kong {
    /// Every route of HTTP.
    pub fn matchers(self) -> Vec<Matcher> {
        let serving = self.services.into_iter().filter(|service| service.protocol == "http").flat_map(|service| {
            let name = service.name;
            service.routes.into_iter().map(move |route| Matcher { service: name.clone(), route })
        });
        let ending = self.routes.into_iter().map(|route| Matcher { service: "-".to_string(), route });
        serving.chain(ending).collect()
    }
}

impl Route {
    /// The expression in the language of the matching engine.
    pub fn expression(&self) -> Result<String, String> {
        let methods = any_of("http.method", &self.methods, |method| ("==", method.to_string()));
        let paths = any_of("http.path", &self.paths, |path| match path.strip_prefix('~') {
            // Anchored, and named groups as Rust's regular expressions write them.
            Some(regex) => ("~", format!("^{}", regex.replace("?<", "?P<"))),
            None => ("^=", path.to_string()),
        });
        let parts: Vec<String> = [methods, paths].into_iter().flatten().collect();
        if parts.is_empty() {
            return Err(format!("route {} matches everything", self.name));
        }
        Ok(parts.join(" && "))
    }

    /// How early it is tried: how much it names comes first, then regular expressions by their priority, then prefixes by
    /// their length.
    pub fn priority(&self) -> Result<u64, String> {
        let regex = self.paths.first().is_some_and(|path| path.starts_with('~'));
        if self.paths.iter().any(|path| path.starts_with('~') != regex) {
            return Err(format!("route {} mixes prefixes and regular expressions", self.name));
        }
        let length = if regex { 0 } else { self.paths.first().map_or(0, String::len) as u64 };
        let named = u64::from(!self.methods.is_empty()) + u64::from(!self.paths.is_empty());
        let rank = if regex { (1 << 51) | (self.regex_priority << 19) } else { 0 };
        Ok((named << 61) | rank | (length & 0x7ffff))
    }
}

fn any_of<'a>(
    field: &str,
    values: &'a [String],
    operator: impl Fn(&'a str) -> (&'static str, String),
) -> Option<String> {
    let each = values.iter().map(|value| {
        let (operator, value) = operator(value);
        format!("{field} {operator} r#\"{value}\"#")
    });
    let all = each.collect::<Vec<_>>().join(" || ");
    (!all.is_empty()).then(|| format!("({all})"))
}

/// A path as Kong matches it (kong/tools/uri.lua): without `.` and `..`, slashes merged, what needs no percent-encoding
/// decoded.
pub fn normalize(path: &str) -> String {
    let mut kept: Vec<String> = Vec::new();
    let mut open = false;
    for segment in decode(path).split('/').filter(|segment| !segment.is_empty()) {
        open = matches!(segment, "." | "..");
        match segment {
            "." => {}
            ".." => drop(kept.pop()),
            other => kept.push(other.to_string()),
        }
    }
    let end = if !kept.is_empty() && (open || path.ends_with('/')) { "/" } else { "" };
    format!("/{}{end}", kept.join("/"))
}

fn decode(path: &str) -> String {
    let mut decoded = String::new();
    let mut rest = path;
    while let Some(at) = rest.find('%') {
        decoded.push_str(&rest[..at]);
        rest = &rest[at..];
        let byte = rest.get(1..3).and_then(|hex| u8::from_str_radix(hex, 16).ok()).map(char::from);
        match byte.filter(|byte| byte.is_ascii_alphanumeric() || "-._~".contains(*byte)) {
            Some(byte) => {
                decoded.push(byte);
                rest = &rest[3..];
            }
            None => {
                decoded.push('%');
                rest = &rest[1..];
            }
        }
    }
    decoded + rest
}
