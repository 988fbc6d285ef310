namespace Herald.Lab.Scenarios;

/// <summary>How the load comes into Herald.</summary>
internal enum Entrance
{
    Http,
    Kafka,
}
