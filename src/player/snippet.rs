//! What is pasted into a page to show a run there. `www/public/synod-playground.d.ts` tells the rest.

use crate::export::svg;
use crate::key;

/// A way to bring a run to another page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Snippet {
    Frame,
    Element,
    Program,
    Script,
}

impl Snippet {
    pub const ALL: [Snippet; 4] =
        [Snippet::Frame, Snippet::Element, Snippet::Program, Snippet::Script];

    pub fn name(self) -> &'static str {
        match self {
            Snippet::Frame => key!("Frame (iframe)"),
            Snippet::Element => key!("Element"),
            Snippet::Program => key!("JavaScript"),
            Snippet::Script => key!("The run's script"),
        }
    }

    pub fn about(self) -> &'static str {
        match self {
            Snippet::Frame => {
                key!("For pages that take no scripts, as in Moodle: paste it into the page's HTML.")
            }
            Snippet::Element => {
                key!(
                    "For your own pages: in their colours, as high as it needs to be, loaded when scrolled near."
                )
            }
            Snippet::Program => {
                key!("For pages that drive the run themselves, with buttons or an exercise.")
            }
            Snippet::Script => {
                key!("The run as text, to be read, changed, and run again in the Script panel.")
            }
        }
    }

    /// The text. `folder` is where Synod stands, with a slash at its end; `hash` the instant's.
    pub fn write(self, folder: &str, hash: &str, title: &str, script: &str) -> String {
        // What is read stands beneath the stage.
        let reads = ["lesson=", "exercise=", "text="];
        let is_read = hash.split('&').any(|part| reads.iter().any(|read| part.starts_with(read)));
        let height = if is_read { 960 } else { 480 };
        let [folder, link, title] = [folder, hash, title].map(escape);
        match self {
            Snippet::Frame => format!(
                "<iframe src=\"{folder}embed.html{link}\" title=\"{title}\" width=\"100%\" height=\"{height}\" \
                 sandbox=\"allow-scripts allow-same-origin allow-popups allow-popups-to-escape-sandbox\" loading=\"lazy\"></iframe>\n"
            ),
            Snippet::Element => format!(
                "<script src=\"{folder}synod-playground.js\" async></script>\n\
                 <synod-playground link=\"{link}\" title=\"{title}\">\n  \
                 <a href=\"{folder}index.html{link}\">{title}</a>\n</synod-playground>\n"
            ),
            Snippet::Program => format!(
                "<script src=\"{folder}synod-playground.js\"></script>\n\
                 <synod-playground id=\"run\" link=\"{link}\" title=\"{title}\"></synod-playground>\n\
                 <script>\n  const run = document.getElementById(\"run\");\n  \
                 run.on(\"property\", ({{ name, standing, why }}) => console.log(name, standing, why));\n  \
                 run.play().catch((error) => console.warn(error.message));\n</script>\n"
            ),
            Snippet::Script => script.to_owned(),
        }
    }
}

/// As it stands between the quotes of an attribute, or between tags.
fn escape(text: &str) -> String {
    svg::text(text).replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_pasted_shows_the_run_and_nothing_else() {
        let title = "Who \"leads\"? <script>alert(1)</script>";
        let write = |snippet: Snippet| {
            snippet.write("https://site.example/x/", "#v1&run=raft&at=1s", title, "run raft\n")
        };
        assert_eq!(
            write(Snippet::Frame),
            "<iframe src=\"https://site.example/x/embed.html#v1&amp;run=raft&amp;at=1s\" \
             title=\"Who &quot;leads&quot;? &lt;script&gt;alert(1)&lt;/script&gt;\" width=\"100%\" height=\"480\" \
             sandbox=\"allow-scripts allow-same-origin allow-popups allow-popups-to-escape-sandbox\" loading=\"lazy\"></iframe>\n"
        );
        let read = |hash: &str| Snippet::Frame.write("", hash, "A lesson", "");
        for hash in ["#v1&lesson=raft&step=3", "#v1&run=raft&exercise=two-leaders", "#v1&text=x"] {
            assert!(read(hash).contains("height=\"960\""), "{hash}");
        }
        for snippet in [Snippet::Element, Snippet::Program] {
            let text = write(snippet);
            assert!(text.contains("link=\"#v1&amp;run=raft&amp;at=1s\""), "{text}");
            assert!(text.contains("src=\"https://site.example/x/synod-playground.js\""), "{text}");
            assert!(!text.contains("alert(1)</script>"), "{text}");
        }
        assert_eq!(write(Snippet::Script), "run raft\n");
    }
}
