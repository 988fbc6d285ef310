namespace Herald.Postgres.Appending;

/// <summary>Other nodes are to hear where these shards end.</summary>
internal sealed record HeadNotice(string Channel, int[] Shards);
