namespace Herald.Postgres.Appends;

/// <summary>A notice to other nodes about the heads of these shards.</summary>
internal sealed record HeadNotice(string Channel, int[] Shards);
