# u-boot takes a gzip-compressed kernel only when told where to unpack it and how large it may be.
setenv kernel_comp_addr_r 0x50000000
setenv kernel_comp_size 0x2000000
setenv tftpblocksize 1468
pxe get
pxe boot
