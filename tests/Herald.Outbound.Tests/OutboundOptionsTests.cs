namespace Herald.Outbound.Tests;

public sealed class OutboundOptionsTests
{
    [Fact]
    public void The_defaults_are_valid() => Assert.Empty(OutboundOptions.Default.Validate());

    [Fact]
    public void Everything_wrong_is_said_at_once_with_setting_and_value()
    {
        var options = new OutboundOptions
        {
            AllowedNetworks = ["10.0.0.0/8", "10.0.0.1/8", "everything"],
            Proxy = new Uri("https://user:word@proxy.example"),
            MaxRetryAfter = TimeSpan.Zero,
            IdleConnectionLifetime = TimeSpan.FromHours(2),
            ConnectionLifetime = TimeSpan.FromDays(2),
            MaxDrainBytes = -1,
            AddressPatience = TimeSpan.FromHours(1),
        };

        var errors = options.Validate();

        Assert.Equal(8, errors.Count);
        Assert.Contains("MaxRetryAfter: 00:00:00 is not between 00:00:01 and 1.00:00:00", errors);
        Assert.Contains(errors, error => error.StartsWith("AllowedNetworks: '10.0.0.1/8'", StringComparison.Ordinal));
        Assert.DoesNotContain(errors, error => error.Contains("word", StringComparison.Ordinal));
        var thrown = Assert.Throws<ArgumentException>(() => new HttpSender(options, TimeProvider.System));
        Assert.All(errors, error => Assert.Contains(error, thrown.Message, StringComparison.Ordinal));
    }
}
