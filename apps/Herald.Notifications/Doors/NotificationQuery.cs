using System.ComponentModel;
using Herald.Hosting.Problems;
using Herald.Hosting.Wire;
using Herald.Notifications.Posts;
using Herald.Notifications.Reading;
using Microsoft.AspNetCore.Mvc;

namespace Herald.Notifications.Doors;

/// <summary>Selects notifications of a list.</summary>
internal readonly struct NotificationQuery
{
    [FromQuery(Name = "status")]
    [Description("Only those with this status: NOT_PROCESSED, PROCESSED, FAILED or EXPIRED.")]
    public string? Status { get; init; }

    [FromQuery(Name = "destination")]
    [Description("Only those of this destination: EMAIL, SMS, SLACK or PUSH.")]
    public string? Destination { get; init; }

    [FromQuery(Name = "recipient")]
    [Description("Only those to this recipient, written as in the post.")]
    public string? Recipient { get; init; }

    [FromQuery(Name = "from")]
    [Description("Only those that were accepted at this time or later.")]
    public string? From { get; init; }

    [FromQuery(Name = "to")]
    [Description("Only those that were accepted at this time or earlier.")]
    public string? To { get; init; }

    /// <summary>Everything that is wrong with the query is found at once.</summary>
    public (ListQuery? Query, Problem? Problem) Read(PageQuery page)
    {
        var found = new ProblemList();
        var limit = 0;
        try
        {
            limit = page.Size;
        }
        catch (ProblemException wrong)
        {
            foreach (var error in wrong.Problem.Errors)
                found.Add(error);
        }
        var cursor = page.Cursor is { } text ? ListCursor.Parse(text) : null;
        if (page.Cursor is not null && cursor is null)
            Refuse(found, "?cursor", page.Cursor, "Use the nextCursor of a page of this list.");
        var status = Status is null ? null : StatusText.Find(Status);
        if (Status is not null && status is null)
            Refuse(found, "?status", Status, StatusText.Rule);
        var destination = Destination is null ? null : PostNames.DestinationOf(Destination);
        if (Destination is not null && destination is null)
            Refuse(found, "?destination", Destination, "Write EMAIL, SMS, SLACK or PUSH.");
        if (Recipient is "")
            Refuse(found, "?recipient", Recipient, "Write a recipient as in the post, or leave it out.");
        var (from, to) = (TimeOf(From, "?from", found), TimeOf(To, "?to", found));
        if (from > to)
            Refuse(found, "?to", To, "Must not be before from.");
        return found.Count > 0
            ? (null, Problem.Invalid(found))
            : (new ListQuery(limit, status, destination, Recipient, from, to, cursor), null);
    }

    private static long? TimeOf(string? text, string pointer, ProblemList found)
    {
        if (text is null)
            return null;
        if (TimeText.TryParse(text, out var time))
            return time.ToUnixTimeMilliseconds();
        // A plus sign of an offset arrives as a space when it is not escaped.
        Refuse(found, pointer, text, $"{TimeText.Rule} In an address, write + as %2B.");
        return null;
    }

    private static void Refuse(ProblemList found, string pointer, string? value, string rule) =>
        found.Add(Engine.Basics.FieldProblem.Of(pointer, value, rule));
}
