using System.ComponentModel;
using Herald.Engine.Catalogs;
using Herald.Hosting.Problems;
using Microsoft.AspNetCore.Mvc;

namespace Herald.Hosting.Wire;

/// <summary>Selects a page of a list.</summary>
public readonly struct PageQuery
{
    private const int Most = 1000, Default = 100;

    [FromQuery(Name = "limit")]
    [Description("The number of items on a page, 1 to 1,000. Default 100.")]
    public string? Limit { get; init; }

    [FromQuery(Name = "cursor")]
    [Description("Where the page starts: the nextCursor of the page before.")]
    public string? Cursor { get; init; }

    /// <summary>The cursor of a list whose items have names.</summary>
    /// <exception cref="ProblemException">The cursor is not a name.</exception>
    public string? NameCursor => Cursor is null || SubscriptionRules.IsName(Cursor)
        ? Cursor
        : throw new ProblemException(Problem.Invalid("?cursor", Cursor, "Use the nextCursor of a page of this list."));

    /// <exception cref="ProblemException">The limit is not in its range.</exception>
    public int Size
    {
        get
        {
            if (string.IsNullOrEmpty(Limit))
                return Default;
            return int.TryParse(
                Limit, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var size)
                && size is >= 1 and <= Most
                ? size
                : throw new ProblemException(Problem.Invalid("?limit", Limit, $"Must be a whole number from 1 to {Most}."));
        }
    }
}
