namespace Herald.Hosting.Tests.Settings;

public enum SampleMode
{
    Notify,
    LongPoll,
}
