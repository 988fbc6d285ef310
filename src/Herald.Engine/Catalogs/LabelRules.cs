using System.Text.RegularExpressions;
using Herald.Engine.Basics;

namespace Herald.Engine.Catalogs;

/// <summary>Rules for the labels of topics and subscriptions.</summary>
public static partial class LabelRules
{
    /// <summary>Labels that begin with this are Herald's own. Applications set them; callers cannot.</summary>
    public const string Reserved = "herald/";

    private const int MostLabels = 16;
    private const int LongestValue = 255;

    [GeneratedRegex(@"^[a-z0-9./-]{1,63}\z")]
    private static partial Regex NamePattern();

    public static bool IsReserved(string name) => name.StartsWith(Reserved, StringComparison.Ordinal);

    internal static void Check(TextMap labels, List<FieldProblem> found)
    {
        if (labels.Count > MostLabels)
            found.Add(new("/labels", $"{labels.Count} labels", $"At most {MostLabels} labels."));
        foreach (var (name, value) in labels)
        {
            if (!NamePattern().IsMatch(name))
                found.Add(FieldProblem.Of("/labels", name, "The name of a label has 1 to 63 of a-z, 0-9, '.', '-' and '/'."));
            if (value.Length > LongestValue)
                found.Add(FieldProblem.Of(PointerOf(name), value, $"The value of a label has at most {LongestValue} characters."));
        }
    }

    /// <summary>The JSON pointer to a label with a valid name.</summary>
    public static string PointerOf(string name) => $"/labels/{name.Replace("/", "~1", StringComparison.Ordinal)}";
}
