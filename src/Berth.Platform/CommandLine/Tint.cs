namespace Berth.Platform.CommandLine;

/// <summary>A colour of words on a terminal; the numbers are those of ECMA-48 (SGR).</summary>
public enum Tint
{
    Red = 31,
    Green = 32,
    Yellow = 33,
}
