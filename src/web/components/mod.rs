//! The regions of the page, small components with data they compare by pointer.
//!
//! | file | region |
//! |---|---|
//! | `page.rs` | the whole |
//! | `top_bar.rs`, `flaws.rs` | what runs; share, language, theme, help |
//! | `compare.rs`, `pane.rs` | the runs that can be opened beside this one; the heading over each of two panes |
//! | `stage.rs`, `dots.rs`, `figures.rs`, `panels.rs`, `cells.rs`, `links.rs`, `light.rs` | the picture: servers, or very many as dots, clients, messages; what servers keep; links; the causes and the light cone of what is asked |
//! | `tools.rs`, `network.rs` | select, cut, lasso; the sliders |
//! | `drag.rs` | lines drawn with the cut and lasso tools |
//! | `node_menu.rs` | the card of gestures beside what is selected |
//! | `caption.rs`, `notice.rs` | the scene's words, the page's words |
//! | `inspector.rs`, `details.rs`, `console.rs`, `log_tab.rs`, `logs.rs`, `matrix.rs`, `why.rs`, `properties.rs`, `script.rs`, `event_list.rs` | the inspector's tabs |
//! | `controls.rs`, `run_until.rs`, `branches.rs` | play, step, speed; run until; the menu of branches |
//! | `timeline.rs`, `slice.rs`, `overview.rs`, `branch_tree.rs` | the space-time diagram, the bar of the whole run, the tree of branches |
//! | `lane_names.rs`, `diagram_menu.rs` | which lanes and messages the diagram shows; finding an event |
//! | `event_table.rs` | the diagram as a table |
//! | `help.rs`, `share.rs`, `dialog.rs` | dialogs |
//! | `reading_room.rs` | the part that is fetched with the first text: `study.rs` (with `handout.rs`, for paper) beside the stage, `texts.rs` (with `lesson_editor.rs`) and `terms.rs` (with `alphabet.rs`) behind their doors, `prose.rs` |
//! | `door.rs`, `concept_map.rs`, `finder.rs` | the front door: what is shown before anything is opened, the concept map, finding things by a word |
//! | `desk.rs` | the part that is fetched with the first of these drawers: `embed.rs`, `take_away.rs`, `runs.rs`, `files.rs`, `opened.rs`, `source.rs` |
//! | `props.rs` | what a region is given that hands all of it on to its parts |
//! | `bits.rs`, `draw.rs`, `icon.rs`, `popover.rs` | buttons, shapes, icons and panels that many regions share |

mod alphabet;
mod bits;
mod branch_tree;
mod branches;
mod caption;
mod cells;
mod compare;
mod concept_map;
mod console;
mod controls;
mod desk;
mod details;
mod diagram_menu;
mod dialog;
mod door;
mod dots;
mod drag;
mod draw;
mod embed;
mod event_list;
mod event_table;
mod figures;
mod files;
mod finder;
mod flaws;
mod handout;
mod help;
mod history;
mod holding_bars;
mod icon;
mod inspector;
mod lane_names;
mod lesson_editor;
mod light;
mod links;
mod log_tab;
mod logs;
mod matrix;
mod measures;
mod models;
mod network;
mod node_menu;
mod notice;
mod opened;
mod other_runs;
mod overview;
mod page;
mod pane;
mod panels;
mod popover;
mod properties;
mod props;
mod prose;
mod reading_room;
mod run_until;
mod runs;
mod script;
mod share;
mod slice;
mod source;
mod stage;
mod study;
mod take_away;
mod terms;
mod text_area;
mod texts;
mod timeline;
mod tip;
mod tools;
mod top_bar;
mod why;
mod workload;

pub use diagram_menu::DiagramMenu;
pub use drag::Stroke;
pub use overview::{Extent, places as overview_places};
pub use page::{Page, page};
pub use reading_room::READING_ROOM;
