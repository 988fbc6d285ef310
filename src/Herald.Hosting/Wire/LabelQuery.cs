using System.ComponentModel;
using Herald.Engine.Basics;
using Herald.Hosting.Problems;
using Microsoft.AspNetCore.Mvc;

namespace Herald.Hosting.Wire;

/// <summary>Selects the items of a list that have some labels.</summary>
public readonly struct LabelQuery
{
    private const string Rule = "Write name=value, for example team=billing, and each name once.";

    [FromQuery(Name = "label")]
    [Description("Only items with this label, as name=value. Given several times: only items with all of them.")]
    public string[]? Label { get; init; }

    /// <exception cref="ProblemException">A text is not a label, or two name the same one.</exception>
    public TextMap Wanted
    {
        get
        {
            var wanted = TextMap.Empty;
            foreach (var text in Label ?? [])
            {
                if (text.Split('=', 2) is not [{ Length: > 0 } name, var value] || wanted.Find(name) is not null)
                    throw new ProblemException(Problem.Invalid("?label", text, Rule));
                wanted = wanted.With(name, value);
            }
            return wanted;
        }
    }
}
