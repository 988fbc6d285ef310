using Herald.Evidence.Claims;
using Herald.Evidence.Records;

namespace Herald.Evidence.Printouts;

/// <summary>The documents as their records print them. A claim without a record cannot be printed.</summary>
internal sealed class Documents(string root, IReadOnlyList<Claim> claims, RecordFolder records)
{
    /// <summary>Writes the changed documents.</summary>
    /// <returns>The documents that have changed.</returns>
    public IReadOnlyList<string> Print()
    {
        var changed = Differing().ToList();
        foreach (var (path, text) in changed)
            File.WriteAllText(path, text);
        return [.. changed.Select(document => Path.GetRelativePath(root, document.Path))];
    }

    /// <summary>The documents that differ from their records.</summary>
    public IReadOnlyList<string> Wrong() => [.. Differing().Select(document => Path.GetRelativePath(root, document.Path))];

    private IEnumerable<(string Path, string Text)> Differing()
    {
        foreach (var path in Directory.EnumerateFiles(Path.Combine(root, "docs"), "*.md", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var text = File.ReadAllText(path);
            var printed = Block.PrintAll(text, names => PrintBlock(Path.GetRelativePath(root, path), names));
            if (printed != text)
                yield return (path, printed);
        }
    }

    private string PrintBlock(string document, IReadOnlyList<string> names)
    {
        var shown = names.Select(name => Shown(document, name)).ToList();
        if (shown.Select(one => one.Claim.Kind).Distinct().ToList() is not [var kind])
            throw new EvidenceException(
                $"{document}: all claims of a block must be of one kind, but '{string.Join(", ", names)}' are of several "
                    + "kinds, or there are none.");
        return kind switch
        {
            ClaimKind.Bench when shown.Count > 1 && shown.DistinctBy(one => one.Claim.Typed).Count() == 1 => RunsTable.Of(shown),
            ClaimKind.Bench => BenchTable.Of(shown),
            ClaimKind.Scenario => RunsTable.Of(shown),
            ClaimKind.Tests => TestLines.Of(shown),
            ClaimKind.Told => StoryLines.Of(shown),
            ClaimKind.Coverage => CoverageTable.Of(shown),
            ClaimKind.Planted => PlantedTable.Of(shown),
            ClaimKind.Mutants => MutantTable.Of(shown),
            ClaimKind.Soak => SoakTable.Of(shown),
        };
    }

    private (Claim Claim, Record Record) Shown(string document, string name)
    {
        var claim = claims.FirstOrDefault(claim => claim.Name == name)
            ?? throw new EvidenceException($"{document} claims {name}, which is not in {ClaimFile.Path}.");
        var record = records.Find(name) ?? throw new EvidenceException(
            $"{document} claims {name}, which has no record. Run './evidence run {name}'.");
        return (claim, record);
    }
}
