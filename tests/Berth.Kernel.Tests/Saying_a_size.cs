namespace Berth.Kernel.Tests;

public sealed class Saying_a_size
{
    [Theory]
    [InlineData(0, "0 bytes")]
    [InlineData(1023, "1023 bytes")]
    [InlineData(1024, "1 KiB")]
    [InlineData(64 * 1024, "64 KiB")]
    [InlineData((1 << 20) - 1, "1023 KiB")]
    [InlineData(16 << 20, "16 MiB")]
    public void takes_the_largest_unit_of_which_there_is_one(long bytes, string said) => Assert.Equal(said, ByteSize.Of(bytes));
}
