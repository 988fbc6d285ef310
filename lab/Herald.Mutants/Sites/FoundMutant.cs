using Microsoft.CodeAnalysis;

namespace Herald.Mutants.Sites;

/// <summary>A mutant, and the piece of the sources that it changes.</summary>
internal sealed record FoundMutant(SyntaxNode Node, Mutant Mutant);
