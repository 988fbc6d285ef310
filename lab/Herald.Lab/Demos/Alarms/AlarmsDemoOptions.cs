namespace Herald.Lab.Demos.Alarms;

/// <param name="Users">Of one burst.</param>
/// <param name="HasStream">A stream of JetStream keeps what is sent.</param>
internal sealed record AlarmsDemoOptions(int Bursts, int Users, bool HasStream, TimeSpan Drain, bool Plain, bool Json);
