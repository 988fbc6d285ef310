namespace Herald.Layout.Tests;

/// <summary>
/// The folders of a project, floor by floor from the ground. A folder may use the folders of lower floors, and those to its left on its own
/// floor. The files beside the folders are the top floor.
/// </summary>
internal sealed record Floors(string Project, IReadOnlyList<IReadOnlyList<string>> FromTheGround)
{
    public const string Top = "(root)";

    public static readonly Floors Engine = new("Herald.Engine",
    [
        ["Basics"],
        ["Events", "Progress"],
        ["Stores", "Subscriptions"],
        ["Channels", "Leases", "Transfer", "Routing"],
        ["Catalogs", "Metrics", "Retrying"],
        ["Publishing", "Sending", "Reports"],
        ["Applications", "Sources"],
        ["Shards"],
        ["Ownership"],
        ["Inspection"],
    ]);

    private readonly List<string> _order = [.. FromTheGround.SelectMany(floor => floor), Top];

    public bool Knows(string folder) => _order.Contains(folder);

    public bool MayUse(string user, string used) => user == used || _order.IndexOf(used) < _order.IndexOf(user);
}
