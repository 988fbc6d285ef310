namespace Herald.Lab.Demos.Alarms;

/// <param name="Users">The users of one burst.</param>
/// <param name="HasStream">A stream of JetStream keeps the messages.</param>
internal sealed record AlarmsDemoOptions(int Bursts, int Users, bool HasStream, TimeSpan Drain, bool Plain, bool Json);
