// What the TypeScript compiler knows of the files named on stdin, for ecmascript.py:
//   node ecmascript.js <folder> definitions|calls
// Definitions: path, line, group, name, end line. Calls: path, line, name, and the target's path
// and lines, or `external`, `value` (a variable, a parameter, a property) or `unknown`.
"use strict";
const ts = require("typescript"), fs = require("fs"), path = require("path");
const root = path.resolve(process.argv[2]), mode = process.argv[3];
const files = fs.readFileSync(0, "utf8").split("\n").filter(Boolean).map((f) => path.join(root, f));
const known = new Set(files);
const program = ts.createProgram(files, {
	allowJs: true, target: 99, module: 1, moduleResolution: 2, jsx: 4, noEmit: true, types: [],
	skipLibCheck: true, experimentalDecorators: true, esModuleInterop: true, baseUrl: root,
	maxNodeModuleJsDepth: 0,
});
const checker = program.getTypeChecker();
const kinds = ts.SyntaxKind;

const line = (file, at) => file.getLineAndCharacterOfPosition(at).line + 1;
const isDefault = (node) => node.modifiers?.some((m) => m.kind === kinds.DefaultKeyword);

function ownName(node) {
	if (ts.isConstructorDeclaration(node)) return "constructor";
	if (!node.name) return isDefault(node) ? "default" : null;
	return ts.isComputedPropertyName(node.name) ? null : node.name.text ?? node.name.escapedText;
}

// The node that gives a function or class expression its name, and that name.
function boundTo(node) {
	const parent = node.parent;

	if (ts.isClassExpression(node) && node.name && ts.isBinaryExpression(parent))
		return [parent, node.name.text];
	if (ts.isVariableDeclaration(parent) || ts.isParameter(parent) || ts.isBindingElement(parent))
		return ts.isIdentifier(parent.name) ? [parent, parent.name.text] : null;
	if (ts.isPropertyDeclaration(parent) || ts.isPropertyAssignment(parent))
		return ts.isComputedPropertyName(parent.name) || ts.isNumericLiteral(parent.name)
			? null : [parent, parent.name.text];
	if (ts.isBinaryExpression(parent) && parent.operatorToken.kind === kinds.EqualsToken && parent.right === node) {
		if (ts.isPropertyAccessExpression(parent.left)) return [parent, parent.left.name.text];
		if (ts.isIdentifier(parent.left)) return [parent, parent.left.text];
	}
	return ts.isExportAssignment(parent) ? [parent, "default"] : null;
}

// [node, group, name] of what counts as a definition: a signature does only in an interface.
function definition(node) {
	const body = ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node) ||
		ts.isConstructorDeclaration(node) || ts.isGetAccessor(node) || ts.isSetAccessor(node);
	const abstract = node.modifiers?.some((m) => m.kind === kinds.AbstractKeyword);
	const type = ts.isClassDeclaration(node) || ts.isInterfaceDeclaration(node) ||
		ts.isEnumDeclaration(node) || ts.isTypeAliasDeclaration(node);
	const expression = ts.isArrowFunction(node) || ts.isFunctionExpression(node) || ts.isClassExpression(node);
	let name = null, at = node;

	if ((body && (node.body || abstract)) || type ||
		(ts.isMethodSignature(node) && ts.isInterfaceDeclaration(node.parent)))
		name = ownName(node);
	else if (expression)
		[at, name] = boundTo(node) ?? [node, null];
	return name ? [at, type || ts.isClassExpression(node) ? "type" : "function", name] : null;
}

function definitionOf(declaration) {
	return definition(declaration) ??
		(declaration.initializer && definition(declaration.initializer)) ??
		(declaration.right && definition(declaration.right));
}

function target(name) {
	let symbol = checker.getSymbolAtLocation(name), found = "unknown";

	if (symbol && symbol.flags & ts.SymbolFlags.Alias) symbol = checker.getAliasedSymbol(symbol);
	for (const declaration of symbol?.declarations ?? []) {
		const file = declaration.getSourceFile(), at = definitionOf(declaration);

		if (!known.has(file.fileName)) {
			if (found === "unknown") found = "external";
		} else if (at) {
			return [path.relative(root, file.fileName),
				line(file, at[0].getStart(file)) + "-" + line(file, at[0].end)];
		} else if (found === "unknown") {
			found = "value";
		}
	}
	return [found, ""];
}

const out = [];
for (const name of files) {
	const file = program.getSourceFile(name), short = path.relative(root, name);

	(function walk(node) {
		const at = mode === "definitions" && definition(node);

		if (at)
			out.push([short, line(file, at[0].getStart(file)), at[1], at[2], line(file, at[0].end)].join("\t"));
		if (mode === "calls" && (ts.isCallExpression(node) || ts.isNewExpression(node))) {
			const called = node.expression;
			const word = ts.isPropertyAccessExpression(called) ? called.name
				: ts.isIdentifier(called) ? called : null;

			if (word)
				out.push([short, line(file, word.getStart(file)), word.text, ...target(word)].join("\t"));
		}
		ts.forEachChild(node, walk);
	})(file);
}
console.log(out.join("\n"));
