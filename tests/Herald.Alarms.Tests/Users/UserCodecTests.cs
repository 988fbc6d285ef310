using System.Text;
using Herald.Alarms.Messages;
using Herald.Alarms.Records;
using Herald.Alarms.Retention;
using Herald.Alarms.Tests.Messages;
using Herald.Alarms.Tests.Model;
using Herald.Alarms.Users;
using Xunit;

namespace Herald.Alarms.Tests.Users;

public sealed class UserCodecTests
{
    private static readonly Periods Daily = new(TimeSpan.FromDays(30));

    /// <summary>Stored data of format 1. A change of this format needs a new format number, and this one must still be read.</summary>
    private const string Fixture =
        "01" + "80a3b2cb06" + "03"
        + "02" + "00" + "e082ef970d" + "00" + "78" + "80a305" + "0161"
        + "4d" + "09" + "80bbef970d" + "959aef3a" + "00" + "00" + "0362c3a9"
        + "44" + "01" + "01" + "8084af5f" + "00" + "00" + "0163";

    [Fact]
    public void Format_1_is_these_bytes()
    {
        var user = new UserAlarms();
        user.Fill(1_768_722_816);
        user.Add(new AlarmEntry { Id = "a"u8.ToArray(), Status = AlarmStatus.Critical, ChangedAt = ChangedAtTests.Parse("2026-01-31T12:00:00+01:00"), Heard = 1_768_636_416 });
        user.Add(new AlarmEntry { Id = "bé"u8.ToArray(), Status = AlarmStatus.Warning, ChangedAt = ChangedAtTests.Parse("2026-01-31t12:00:00.123456789-00:00"), IsDue = true, Heard = 1_768_722_816 });
        user.Add(new AlarmEntry { Id = "c"u8.ToArray(), Status = AlarmStatus.Cleared, ChangedAt = ChangedAtTests.Parse("1969-12-31T23:59:59.2-00:00"), IsDue = true, Heard = 1_768_722_816 });
        Assert.Equal(Fixture, Convert.ToHexStringLower(Encode(user)));
    }

    [Fact]
    public void Format_1_can_be_read()
    {
        var user = Decode(Convert.FromHexString(Fixture));
        Assert.Equal(1_768_722_816, user.Heard);
        Assert.False(user.IsChanged);
        Assert.Equal(
            ["a Critical 2026-01-31T12:00:00+01:00 False 1768636416", "bé Warning 2026-01-31t12:00:00.123456789-00:00 True 1768722816", "c Cleared 1969-12-31T23:59:59.2-00:00 True 1768722816"],
            user.Alarms.ToArray().Select(alarm => FormattableString.Invariant(
                $"{Encoding.UTF8.GetString(alarm.Id.Span)} {alarm.Status} {alarm.ChangedAt} {alarm.IsDue} {alarm.Heard}")));
    }

    [Fact]
    public void Any_record_comes_back_as_it_was()
    {
        var random = new Random(11);
        for (var i = 0; i < 500; i++)
        {
            var bytes = Encode(Any(random));
            Assert.Equal(bytes, Encode(Decode(bytes)));
        }
    }

    [Fact]
    public void A_damaged_record_names_its_user_and_what_is_wrong()
    {
        var good = Convert.FromHexString(Fixture);
        Assert.Equal("The stored alarms of user 'anna' cannot be read: the record has format 2, but this program reads format 1.", Damage([2, .. good[1..]]));
        Assert.Equal($"The stored alarms of user 'anna' cannot be read: the record ends too early, after {good.Length - 1} bytes.", Damage(good[..^1]));
        Assert.Equal($"The stored alarms of user 'anna' cannot be read: the record has more bytes after its end at byte {good.Length}.", Damage([.. good, 0]));
        Assert.Equal("The stored alarms of user 'anna' cannot be read: the record ends too early, after 0 bytes.", Damage([]));
        Assert.EndsWith("is not in order.", Damage(Convert.FromHexString(Fixture.Replace("0163", "0161", StringComparison.Ordinal))), StringComparison.Ordinal);
        Assert.EndsWith("has impossible values.", Damage(Convert.FromHexString(Fixture.Replace("4d09", "4f09", StringComparison.Ordinal))), StringComparison.Ordinal);
        Assert.EndsWith("has impossible values.", Damage(Convert.FromHexString(Fixture.Replace("4d09", "4d0a", StringComparison.Ordinal))), StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_the_bytes_are_they_are_read_or_refused()
    {
        var random = new Random(12);
        var refused = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = Encode(Any(random));
            for (var flips = random.Next(1, 4); flips > 0; flips--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            try
            {
                // A result must be the same after it is written and read again, so no impossible value was accepted.
                var user = Decode(bytes);
                Assert.Equal(Encode(user), Encode(Decode(Encode(user))));
            }
            catch (InvalidDataException)
            {
                refused++;
            }
        }
        Assert.InRange(refused, 2_000, 19_999);
    }

    private static UserAlarms Any(Random random)
    {
        var user = new UserAlarms();
        var heard = 0L;
        for (var changes = random.Next(1, 20); changes > 0; changes--)
        {
            heard += random.Next(3) == 0 ? Daily.Seconds * random.Next(1, 5) : 0;
            user.Hear(heard, Daily);
            var change = new StatusChange
            {
                User = "anna"u8,
                Alarm = Encoding.UTF8.GetBytes(new string((char)('a' + random.Next(26)), random.Next(1, 20))),
                Status = (AlarmStatus)random.Next(3),
                ChangedAt = ChangedAtTests.Parse(DrawnTime.Any(random).Text),
            };
            user.Take(change, heard, 100);
            if (random.Next(5) == 0)
                user.TakeDue([]);
        }
        return user;
    }

    private static string Damage(byte[] record) => Assert.Throws<InvalidDataException>(() => Decode(record)).Message;

    private static byte[] Encode(UserAlarms user)
    {
        var writer = new ByteWriter();
        UserCodec.Encode(user, writer);
        return writer.Written.ToArray();
    }

    private static UserAlarms Decode(byte[] record)
    {
        var user = new UserAlarms();
        UserCodec.Decode("anna"u8, record, user);
        return user;
    }
}
