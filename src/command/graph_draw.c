/* Pictures of the graph, for Graphviz (dot -Tsvg) and Mermaid (what forges draw in Markdown). */
#include "command/graph_request.h"

#include <stdio.h>
#include <string.h>

struct drawing draw_begin(const struct graph_request *request)
{
	puts(request->mermaid ? "flowchart LR"
			      : "digraph flywheel {\n"
				"\trankdir=LR;\n"
				"\tnode [shape=box, fontname=\"sans-serif\"];");
	return (struct drawing){.mermaid = request->mermaid};
}

/* Both languages put a label in double quotes; Mermaid knows entities, Graphviz backslashes. */
static void put_label(const struct drawing *drawing, const char *text)
{
	struct buf plain = BUF_INIT, out = BUF_INIT;

	buf_add_printable(&plain, text, strlen(text));
	for (const char *c = plain.ptr; *c; c++) {
		if (drawing->mermaid && strchr("\"<>#&|", *c))
			buf_addf(&out, "#%d;", *c);
		else if (!drawing->mermaid && strchr("\"\\", *c))
			buf_addf(&out, "\\%c", *c);
		else
			buf_addch(&out, *c);
	}
	fputs(out.ptr, stdout);
	buf_release(&plain);
	buf_release(&out);
}

void draw_node(const struct drawing *drawing, uint32_t id, const char *label, const char *below,
	bool strong)
{
	printf(drawing->mermaid ? "\tn%u[\"" : "\tn%u [label=\"", id);
	put_label(drawing, label);
	fputs(drawing->mermaid ? "<br/>" : "\\n", stdout);
	put_label(drawing, below);
	if (drawing->mermaid)
		puts(strong ? "\"]:::strong" : "\"]");
	else
		puts(strong ? "\", style=bold];" : "\"];");
}

void draw_edge(
	const struct drawing *drawing, uint32_t from, uint32_t to, const char *label, bool sure)
{
	printf("\tn%u %s", from, !drawing->mermaid ? "->" : sure ? "-->" : "-.->");
	if (drawing->mermaid && label) {
		fputs("|\"", stdout);
		put_label(drawing, label);
		fputs("\"|", stdout);
	}
	printf(" n%u", to);
	if (!drawing->mermaid && label) {
		fputs(" [label=\"", stdout);
		put_label(drawing, label);
		fputs(sure ? "\"]" : "\", style=dashed]", stdout);
	} else if (!drawing->mermaid && !sure) {
		fputs(" [style=dashed]", stdout);
	}
	puts(drawing->mermaid ? "" : ";");
}

void draw_end(const struct drawing *drawing)
{
	puts(drawing->mermaid ? "\tclassDef strong stroke-width:3px" : "}");
}
