using Herald.Engine.Basics;
using Herald.Engine.Catalogs;
using Herald.Hosting.Problems;

namespace Herald.Hosting.Wire;

/// <summary>Converts labels between the wire and the domain.</summary>
public static class LabelMapping
{
    /// <param name="present">The labels that are there. A caller can send back those of Herald among them, but no others.</param>
    public static TextMap ToLabels(IReadOnlyDictionary<string, string>? wire, TextMap present, ProblemList found)
    {
        var labels = TextMap.Of(wire);
        foreach (var (name, value) in labels)
        {
            if (LabelRules.IsReserved(name) && present.Find(name) != value)
                found.Add(FieldProblem.Of(
                    LabelRules.PointerOf(name), value,
                    $"Labels that begin with {LabelRules.Reserved} are Herald's own. They can be removed, but not set."));
        }
        return labels;
    }

    /// <summary>Null when there are none, so that answers do not show them.</summary>
    public static Dictionary<string, string>? ToWire(TextMap labels) => labels.Count == 0 ? null : new(labels, StringComparer.Ordinal);
}
