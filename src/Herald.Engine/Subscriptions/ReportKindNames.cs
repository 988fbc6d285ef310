namespace Herald.Engine.Subscriptions;

/// <summary>The kinds of reports as they are written in JSON and as types of events.</summary>
public static class ReportKindNames
{
    private static readonly (ReportKinds Kind, string Name)[] Known =
    [
        (ReportKinds.Delivered, "delivered"), (ReportKinds.Recovered, "recovered"), (ReportKinds.Exhausted, "exhausted"),
        (ReportKinds.Expired, "expired"), (ReportKinds.Discarded, "discarded"), (ReportKinds.Forwarded, "forwarded"),
        (ReportKinds.Disabled, "disabled"),
    ];

    public static IReadOnlyList<string> All { get; } = [.. Known.Select(one => one.Name)];

    /// <summary>The name of one kind.</summary>
    public static string Of(ReportKinds kind) => Known.First(one => one.Kind == kind).Name;

    public static IEnumerable<string> AllOf(ReportKinds kinds) =>
        Known.Where(one => (kinds & one.Kind) != 0).Select(one => one.Name);

    /// <summary><see cref="ReportKinds.None"/> when it is the name of no kind.</summary>
    public static ReportKinds Find(string name) => Known.FirstOrDefault(one => one.Name == name).Kind;
}
