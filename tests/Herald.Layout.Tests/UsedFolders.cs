using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Herald.Layout.Tests;

/// <summary>One place where code of one folder uses a type of another folder of the same project.</summary>
internal sealed record FolderUse(string From, string To, string File, int Line, string Type)
{
    public override string ToString() => $"{File}:{Line}: {From} uses {Type} of {To}";
}

/// <summary>
/// Compiles the sources of a project and finds which folders use which, by what each name in the code means, not by its spelling.
/// </summary>
internal sealed class UsedFolders
{
    // The namespaces that the SDK imports into every file of a library.
    private const string ImplicitUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    private readonly string _rootNamespace;
    private readonly CSharpCompilation _compilation;

    /// <param name="sources">The sources by the path that messages show.</param>
    public UsedFolders(string rootNamespace, IEnumerable<KeyValuePair<string, string>> sources)
    {
        _rootNamespace = rootNamespace;
        var options = new CSharpParseOptions(LanguageVersion.Preview);
        var paths = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Where(path => Path.GetFileNameWithoutExtension(path) != rootNamespace);
        _compilation = CSharpCompilation.Create(
            rootNamespace,
            [CSharpSyntaxTree.ParseText(ImplicitUsings, options), .. sources.Select(source => CSharpSyntaxTree.ParseText(source.Value, options, source.Key))],
            paths.Select(path => MetadataReference.CreateFromFile(path)),
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable, allowUnsafe: true));
    }

    /// <summary>Names that the compiler cannot resolve. With such a name, a use could be missed.</summary>
    public IEnumerable<string> Unknown() => _compilation.GetDiagnostics()
        .Where(found => found.Id is "CS0246" or "CS0234" or "CS0103")
        .Select(found => found.ToString());

    public IEnumerable<FolderUse> All() => _compilation.SyntaxTrees.SelectMany(Of);

    private IEnumerable<FolderUse> Of(SyntaxTree tree)
    {
        var model = _compilation.GetSemanticModel(tree);
        var root = tree.GetRoot();
        if (root.DescendantNodes().OfType<BaseNamespaceDeclarationSyntax>().FirstOrDefault() is not { } declared)
            yield break;
        var from = Folder(declared.Name.ToString());
        foreach (var name in root.DescendantNodes().OfType<SimpleNameSyntax>())
        {
            if (TypeOf(model.GetSymbolInfo(name).Symbol) is not { } type || !SymbolEqualityComparer.Default.Equals(type.ContainingAssembly, _compilation.Assembly))
                continue;
            var to = Folder(type.ContainingNamespace.ToDisplayString());
            if (to != from)
                yield return new(from, to, tree.FilePath, name.GetLocation().GetLineSpan().StartLinePosition.Line + 1, type.Name);
        }
    }

    private static INamedTypeSymbol? TypeOf(ISymbol? symbol) => symbol switch
    {
        INamedTypeSymbol type => type.OriginalDefinition,
        { ContainingType: { } type } => type.OriginalDefinition,
        _ => null,
    };

    private string Folder(string ns) => ns == _rootNamespace ? Floors.Top : ns[(_rootNamespace.Length + 1)..].Split('.')[0];
}
