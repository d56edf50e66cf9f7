use crate::kong::{normalize, Kong, Matcher};
use atc_router::ast::{Type, Value};
use atc_router::{context::Context, router::Router, schema::Schema};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

struct Request<'a> {
    method: &'a str,
    path: &'a str,
    service: &'a str,
    route: &'a str,
}

/// A summary, or every problem on a line of its own.
pub fn check(kong: &str, requests: &str) -> Result<String, String> {
    let kong: Kong = serde_yaml_ng::from_str(kong).map_err(|error| format!("kong.yml: {error}"))?;
    let matchers = kong.matchers();
    let requests = parse(requests)?;

    let mut schema = Schema::default();
    schema.add_field("http.path", Type::String);
    schema.add_field("http.method", Type::String);
    let mut all = Router::new(&schema);
    let mut alone = HashMap::new();
    for (number, matcher) in matchers.iter().enumerate() {
        let (id, expression) = (Uuid::from_u128(number as u128), matcher.route.expression()?);
        all.add_matcher(matcher.route.priority()? as usize, id, &expression)?;
        let mut one = Router::new(&schema);
        one.add_matcher(0, id, &expression)?;
        alone.insert(number, one);
    }

    let mut problems = Vec::new();
    let mut used = BTreeSet::new();
    for request in &requests {
        let path = normalize(request.path);
        let matches = |router: &Router| {
            let mut context = Context::new(&schema);
            context.add_value("http.path", Value::String(path.clone()));
            context.add_value("http.method", Value::String(request.method.to_string()));
            router.execute(&mut context).then(|| context.result.unwrap().uuid.as_u128() as usize)
        };
        let found = matches(&all).map(|number| &matchers[number]);
        used.extend(found.map(|matcher| matcher.route.name.as_str()));
        let (service, route) = found.map_or(("-", "none"), |Matcher { service, route }| (service, &route.name));
        if (service, route) != (request.service, request.route) {
            let Request { method, path, service: wanted, .. } = request;
            problems.push(format!("{method} {path} goes to {service} ({route}), not {wanted} ({})", request.route));
        }
        // Of two with the same priority, the one with the greater id would win: by chance.
        let best: Vec<&str> = (0..matchers.len())
            .filter(|number| matches(&alone[number]).is_some())
            .filter(|number| found.is_some_and(|found| found.route.priority() == matchers[*number].route.priority()))
            .map(|number| matchers[number].route.name.as_str())
            .collect();
        if best.len() > 1 {
            problems.push(format!("{} {} is for {} alike", request.method, request.path, best.join(" and ")));
        }
    }
    for Matcher { route, .. } in &matchers {
        if !used.contains(route.name.as_str()) {
            problems.push(format!("no request goes to the route {}", route.name));
        }
        if route.strip_path != Some(false) {
            problems.push(format!("route {} would cut the path: strip_path is not false", route.name));
        }
    }
    if problems.is_empty() {
        Ok(format!("{} requests, {} routes: each goes where it should", requests.len(), matchers.len()))
    } else {
        Err(problems.join("\n"))
    }
}

fn parse(requests: &str) -> Result<Vec<Request<'_>>, String> {
    let lines = requests.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    lines
        .map(|line| match line.split_whitespace().collect::<Vec<_>>()[..] {
            [method, path, service, route] => Ok(Request { method, path, service, route }),
            _ => Err(format!("requests.txt: {line:?} is not METHOD PATH SERVICE ROUTE")),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::kong::normalize;

    const KONG: &str = include_str!("../../../kong.yml");
    const REQUESTS: &str = include_str!("../requests.txt");

    #[test]
    fn each_request_goes_where_it_should() {
        println!("{}", check(KONG, REQUESTS).unwrap());
    }

    #[test]
    fn mistakes_are_found() {
        let mutations = [
            // A prefix takes more than it should.
            ("'~/search(?:/|$)'", "'~/search'", "GET /searching goes to search"),
            ("'~/documents(?:/|$)'", "'~/documents'", "GET /documentsx goes to document"),
            ("'~/openapi\\.json$'", "'~/openapi.json$'", "GET /openapixjson goes to document"),
            // The signatures of a document lose against the documents, or are a matter of chance.
            ("regex_priority: 20", "regex_priority: 5", "/signatures goes to document"),
            ("regex_priority: 20", "regex_priority: 10", "document-signatures alike"),
            ("'~/documents/[^/]+/signatures", "'~/documents/.+/signatures", "GET /documents/x/y/signatures goes to signature"),
            // Paths that nobody has, are too wide, or are cut.
            ("'~/aggregations(?:/|$)'", "'~/aggregation(?:/|$)'", "GET /aggregations/status goes to - (nowhere)"),
            ("'~/stats$'", "'~/(?:stats|metrics)$'", "GET /metrics goes to ws"),
            ("'~/ws(?:/|$)'", "'/ws'", "GET /ws goes to - (nowhere)"),
            ("['~/search(?:/|$)',", "['/search',", "mixes prefixes and regular expressions"),
            ("strip_path: false", "strip_path: true", "would cut the path"),
            ("preserve_host: true", "hosts: [docs.example]", "unknown field `hosts`"),
        ];
        for (old, new, wanted) in mutations {
            assert!(KONG.contains(old), "kong.yml does not have {old}");
            let problems = check(&KONG.replace(old, new), REQUESTS).expect_err(&format!("{new} was accepted"));
            assert!(problems.contains(wanted), "{new}: not found; said was only {problems}");
        }
    }

    #[test]
    fn a_route_without_requests_is_found() {
        let fewer: String = REQUESTS.lines().filter(|line| !line.contains("openapi")).map(|line| format!("{line}\n")).collect();
        assert_eq!(check(KONG, &fewer).unwrap_err(), "no request goes to the route openapi");
    }

    #[test]
    fn paths_are_normalized_as_by_kong() {
        for (path, normal) in [
            ("/", "/"),
            ("/a/./b/", "/a/b/"),
            ("/a/../../b", "/b"),
            ("/a//b", "/a/b"),
            ("/%61/%2F/%zz", "/a/%2F/%zz"),
            ("/a/b/..", "/a/"),
        ] {
            assert_eq!(normalize(path), normal);
        }
    }
}
