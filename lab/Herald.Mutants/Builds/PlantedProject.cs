using System.Text;
using Herald.Mutants.Sites;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Herald.Mutants.Builds;

/// <summary>
/// A project that contains all of its mutants that compile. The compiler decides which do not: where a member has errors, its mutants are
/// tried one after another, and each that causes an error is left out.
/// </summary>
internal sealed class PlantedProject
{
    private readonly CSharpCompilation _asItIs;
    private readonly IEnumerable<ResourceDescription> _resources;
    private readonly List<(SyntaxTree Tree, List<FoundMutant> Mutants)> _files = [];

    /// <param name="folder">The folder of the project's own sources. Generated code has no mutants.</param>
    /// <param name="before">The number of mutants in the projects before.</param>
    public PlantedProject(string root, string folder, CSharpCompilation asItIs, IEnumerable<ResourceDescription> resources, int before)
    {
        (Name, _asItIs, _resources) = (Path.GetFileName(folder), asItIs, resources);
        var path = Path.Combine(root, folder) + Path.DirectorySeparatorChar;
        var own = asItIs.SyntaxTrees.Where(tree => tree.FilePath.StartsWith(path, StringComparison.Ordinal));
        foreach (var tree in own.OrderBy(tree => tree.FilePath, StringComparer.Ordinal))
        {
            var found = new MutantFinder(asItIs.GetSemanticModel(tree), Name, Path.GetRelativePath(root, tree.FilePath), before).Find();
            _files.Add((tree, [.. found]));
            before += found.Count;
        }
    }

    public string Name { get; }

    /// <summary>The number of changes that do not compile.</summary>
    public int LeftOut { get; private set; }

    public IEnumerable<Mutant> Mutants => _files.SelectMany(file => file.Mutants).Select(found => found.Mutant);

    /// <summary>Writes the assembly without the mutants that do not compile.</summary>
    /// <param name="most">The highest number of a mutant in any project.</param>
    public void Compile(string file, int most, CancellationToken cancel)
    {
        var options = (CSharpParseOptions)_files[0].Tree.Options;
        var source = CSharpSyntaxTree.ParseText(MutantSwitch.Source(most), options, $"{MutantSwitch.Name}.cs", Encoding.UTF8, cancel);
        var switchable = _asItIs.AddSyntaxTrees(source);
        foreach (var (tree, found) in _files)
            LeaveOut(switchable, tree, found, cancel);
        var planted = _files.Aggregate(switchable, (whole, one) => whole.ReplaceSyntaxTree(one.Tree, Plant(one.Tree, one.Mutants)));
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        var result = planted.Emit(file, manifestResources: _resources, cancellationToken: cancel);
        if (result.Success)
            return;
        var first = result.Diagnostics.First(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);
        throw new MutantsException($"{Name} with its mutants does not compile: {first}");
    }

    private void LeaveOut(CSharpCompilation switchable, SyntaxTree tree, List<FoundMutant> found, CancellationToken cancel)
    {
        var own = Members(tree);
        foreach (var at in WithErrors(switchable, tree, found, null, cancel))
        {
            var inMember = found.Where(mutant => MemberOf(mutant.Node) == own[at]).ToList();
            var kept = new List<FoundMutant>();
            foreach (var mutant in inMember)
            {
                if (WithErrors(switchable, tree, [.. kept, mutant], at, cancel).Count == 0)
                    kept.Add(mutant);
            }
            LeftOut += inMember.Count - kept.Count;
            found.RemoveAll(mutant => inMember.Contains(mutant) && !kept.Contains(mutant));
        }
    }

    /// <summary>The members with compile errors, by their position in the file.</summary>
    /// <param name="only">The one member to check; null for all.</param>
    private static List<int> WithErrors(
        CSharpCompilation switchable, SyntaxTree tree, IReadOnlyList<FoundMutant> found, int? only, CancellationToken cancel)
    {
        var planted = Plant(tree, found);
        var (root, members) = (planted.GetRoot(cancel), Members(planted));
        var model = switchable.ReplaceSyntaxTree(tree, planted).GetSemanticModel(planted);
        return [.. model.GetDiagnostics(only is { } at ? members[at].Span : null, cancel)
            .Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)
            .Select(error => members.IndexOf(MemberOf(root.FindNode(error.Location.SourceSpan))))
            .Distinct()];
    }

    private static MemberDeclarationSyntax MemberOf(SyntaxNode node) => node.AncestorsAndSelf().OfType<MemberDeclarationSyntax>().First();

    private static List<MemberDeclarationSyntax> Members(SyntaxTree tree) =>
        [.. tree.GetRoot().DescendantNodes().OfType<MemberDeclarationSyntax>()];

    private static SyntaxTree Plant(SyntaxTree tree, IReadOnlyList<FoundMutant> found) =>
        found.Count == 0 ? tree : tree.WithRootAndOptions(new Planter(found).Visit(tree.GetRoot())!, tree.Options);
}
