namespace Herald.Lab.Scenarios;

/// <summary>The entrance by which the load reaches Herald.</summary>
internal enum Entrance
{
    Http,
    Kafka,
}
