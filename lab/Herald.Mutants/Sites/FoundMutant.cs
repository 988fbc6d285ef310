using Microsoft.CodeAnalysis;

namespace Herald.Mutants.Sites;

/// <summary>A mutant, and the syntax node that it changes.</summary>
internal sealed record FoundMutant(SyntaxNode Node, Mutant Mutant);
