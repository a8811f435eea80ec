target triple = "x86_64-unknown-linux-gnu"
declare <8 x float> @llvm.fma.v8f32(<8 x float>, <8 x float>, <8 x float>)
declare <8 x float> @llvm.masked.gather.v8f32.v8p0(<8 x ptr>, i32, <8 x i1>, <8 x float>)
declare <8 x float> @llvm.masked.load.v8f32.p0(ptr, i32, <8 x i1>, <8 x float>)
declare i64 @llvm.smax.i64(i64, i64)
declare i64 @llvm.smin.i64(i64, i64)
declare void @llvm.masked.store.v8f32.p0(<8 x float>, ptr, i32, <8 x i1>)
declare void @llvm.prefetch.p0(ptr, i32, i32, i32)
define internal void @k0_add(i64 %low, i64 %high, ptr noalias %b0) #0 {
entry:
  %v1 = load i64, ptr %b0, align 8
  %v2 = add i64 %v1, 8
  store i64 %v2, ptr %b0, align 8
  ret void
}
define internal void @k1_gather(i64 %low, i64 %high, ptr noalias %b0, ptr noalias %b1, ptr noalias %b2, ptr noalias %b3) #0 {
entry:
  %v3 = icmp slt i64 %low, %high
  br i1 %v3, label %loop1, label %end2
loop1:
  %i4 = phi i64 [ %low, %entry ], [ %v42, %loop1 ]
  %v5 = add nsw <8 x i64> <i64 0, i64 1, i64 2, i64 3, i64 4, i64 5, i64 6, i64 7>, splat (i64 0)
  %v6 = icmp slt <8 x i64> %v5, splat (i64 4)
  %v7 = load i64, ptr %b0, align 8
  %v8 = add i64 %v7, %i4
  %v9 = call i64 @llvm.smax.i64(i64 %v8, i64 0)
  %v10 = call i64 @llvm.smin.i64(i64 %v9, i64 1099511627775)
  %v11 = add nsw i64 %i4, 1
  %v12 = call i64 @llvm.smin.i64(i64 %v11, i64 7)
  %v13 = load i64, ptr %b0, align 8
  %v14 = add i64 %v13, %v12
  %v15 = call i64 @llvm.smax.i64(i64 %v14, i64 0)
  %v16 = call i64 @llvm.smin.i64(i64 %v15, i64 1099511627775)
  %p17 = getelementptr i64, ptr %b1, i64 %v10
  %v18 = load i64, ptr %p17, align 8
  %v19 = call i64 @llvm.smax.i64(i64 %v18, i64 0)
  %v20 = call i64 @llvm.smin.i64(i64 %v19, i64 1099511627775)
  %v21 = add nsw i64 %i4, 1
  %v22 = call i64 @llvm.smin.i64(i64 %v21, i64 7)
  %v23 = add i64 %v13, %v22
  %v24 = call i64 @llvm.smax.i64(i64 %v23, i64 0)
  %v25 = call i64 @llvm.smin.i64(i64 %v24, i64 1099511627775)
  %v26 = add nsw i64 %v22, 1
  %v27 = call i64 @llvm.smin.i64(i64 %v26, i64 7)
  %v28 = add i64 %v13, %v27
  %v29 = call i64 @llvm.smax.i64(i64 %v28, i64 0)
  %v30 = call i64 @llvm.smin.i64(i64 %v29, i64 1099511627775)
  %p31 = getelementptr i64, ptr %b1, i64 %v25
  %v32 = load i64, ptr %p31, align 8
  %v33 = call i64 @llvm.smax.i64(i64 %v32, i64 0)
  %v34 = call i64 @llvm.smin.i64(i64 %v33, i64 1099511627775)
  %v35 = mul nsw i64 %v34, 4
  %p36 = getelementptr float, ptr %b2, i64 %v35
  call void @llvm.prefetch.p0(ptr %p36, i32 0, i32 3, i32 1)
  %v37 = mul nsw i64 %v20, 4
  %p38 = getelementptr float, ptr %b2, i64 %v37
  %v39 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %p38, i32 4, <8 x i1> %v6, <8 x float> zeroinitializer)
  %v40 = mul nsw i64 %i4, 4
  %p41 = getelementptr float, ptr %b3, i64 %v40
  call void @llvm.masked.store.v8f32.p0(<8 x float> %v39, ptr %p41, i32 4, <8 x i1> %v6)
  %v42 = add nsw i64 %i4, 1
  %v43 = icmp slt i64 %v42, %high
  br i1 %v43, label %loop1, label %end2
end2:
  ret void
}
define internal void @k2_dot_general(i64 %low, i64 %high, ptr noalias %b0, ptr noalias %b1, ptr noalias %b2, ptr noalias %b3, ptr noalias %b4) #0 {
entry:
  %scratch1 = alloca float, i64 64, align 64
  %v4 = icmp slt i64 %low, %high
  br i1 %v4, label %loop2, label %end3
loop2:
  %i5 = phi i64 [ %low, %entry ], [ %v125, %end7 ]
  br label %loop6
loop6:
  %i8 = phi i64 [ 0, %loop2 ], [ %v123, %end85 ]
  %v9 = sub nsw i64 %high, 1
  %v10 = add nsw i64 %i5, 1
  %v11 = call i64 @llvm.smin.i64(i64 %v10, i64 %v9)
  %v12 = add nsw i64 %i5, 2
  %v13 = call i64 @llvm.smin.i64(i64 %v12, i64 %v9)
  %v14 = add nsw i64 %i5, 3
  %v15 = call i64 @llvm.smin.i64(i64 %v14, i64 %v9)
  %v16 = sub nsw i64 %high, %i5
  %v17 = call i64 @llvm.smin.i64(i64 4, i64 %v16)
  %p18 = getelementptr float, ptr %b0, i64 %i8
  %v19 = mul nsw i64 %i5, 4
  %p20 = getelementptr float, ptr %b1, i64 %v19
  %v21 = mul nsw i64 %v11, 4
  %p22 = getelementptr float, ptr %b1, i64 %v21
  %v23 = mul nsw i64 %v13, 4
  %p24 = getelementptr float, ptr %b1, i64 %v23
  %v25 = mul nsw i64 %v15, 4
  %p26 = getelementptr float, ptr %b1, i64 %v25
  br label %loop27
loop27:
  %i29 = phi i64 [ 0, %loop6 ], [ %v67, %loop27 ]
  %c30 = phi <8 x float> [ splat (float 0x0000000000000000), %loop6 ], [ %v50, %loop27 ]
  %c31 = phi <8 x float> [ splat (float 0x0000000000000000), %loop6 ], [ %v51, %loop27 ]
  %c32 = phi <8 x float> [ splat (float 0x0000000000000000), %loop6 ], [ %v55, %loop27 ]
  %c33 = phi <8 x float> [ splat (float 0x0000000000000000), %loop6 ], [ %v56, %loop27 ]
  %c34 = phi <8 x float> [ splat (float 0x0000000000000000), %loop6 ], [ %v60, %loop27 ]
  %c35 = phi <8 x float> [ splat (float 0x0000000000000000), %loop6 ], [ %v61, %loop27 ]
  %c36 = phi <8 x float> [ splat (float 0x0000000000000000), %loop6 ], [ %v65, %loop27 ]
  %c37 = phi <8 x float> [ splat (float 0x0000000000000000), %loop6 ], [ %v66, %loop27 ]
  %v38 = mul nsw i64 %i29, 16
  %p39 = getelementptr float, ptr %p18, i64 %v38
  %p40 = getelementptr float, ptr %p20, i64 %i29
  %p41 = getelementptr float, ptr %p22, i64 %i29
  %p42 = getelementptr float, ptr %p24, i64 %i29
  %p43 = getelementptr float, ptr %p26, i64 %i29
  %v44 = load <8 x float>, ptr %p39, align 4
  %p45 = getelementptr float, ptr %p39, i64 8
  %v46 = load <8 x float>, ptr %p45, align 4
  %v47 = load float, ptr %p40, align 4
  %v48 = insertelement <8 x float> poison, float %v47, i64 0
  %v49 = shufflevector <8 x float> %v48, <8 x float> poison, <8 x i32> zeroinitializer
  %v50 = call <8 x float> @llvm.fma.v8f32(<8 x float> %v49, <8 x float> %v44, <8 x float> %c30)
  %v51 = call <8 x float> @llvm.fma.v8f32(<8 x float> %v49, <8 x float> %v46, <8 x float> %c31)
  %v52 = load float, ptr %p41, align 4
  %v53 = insertelement <8 x float> poison, float %v52, i64 0
  %v54 = shufflevector <8 x float> %v53, <8 x float> poison, <8 x i32> zeroinitializer
  %v55 = call <8 x float> @llvm.fma.v8f32(<8 x float> %v54, <8 x float> %v44, <8 x float> %c32)
  %v56 = call <8 x float> @llvm.fma.v8f32(<8 x float> %v54, <8 x float> %v46, <8 x float> %c33)
  %v57 = load float, ptr %p42, align 4
  %v58 = insertelement <8 x float> poison, float %v57, i64 0
  %v59 = shufflevector <8 x float> %v58, <8 x float> poison, <8 x i32> zeroinitializer
  %v60 = call <8 x float> @llvm.fma.v8f32(<8 x float> %v59, <8 x float> %v44, <8 x float> %c34)
  %v61 = call <8 x float> @llvm.fma.v8f32(<8 x float> %v59, <8 x float> %v46, <8 x float> %c35)
  %v62 = load float, ptr %p43, align 4
  %v63 = insertelement <8 x float> poison, float %v62, i64 0
  %v64 = shufflevector <8 x float> %v63, <8 x float> poison, <8 x i32> zeroinitializer
  %v65 = call <8 x float> @llvm.fma.v8f32(<8 x float> %v64, <8 x float> %v44, <8 x float> %c36)
  %v66 = call <8 x float> @llvm.fma.v8f32(<8 x float> %v64, <8 x float> %v46, <8 x float> %c37)
  %v67 = add nsw i64 %i29, 1
  %v68 = icmp slt i64 %v67, 4
  br i1 %v68, label %loop27, label %end28
end28:
  %v69 = phi <8 x float> [ %v50, %loop27 ]
  %v70 = phi <8 x float> [ %v51, %loop27 ]
  %v71 = phi <8 x float> [ %v55, %loop27 ]
  %v72 = phi <8 x float> [ %v56, %loop27 ]
  %v73 = phi <8 x float> [ %v60, %loop27 ]
  %v74 = phi <8 x float> [ %v61, %loop27 ]
  %v75 = phi <8 x float> [ %v65, %loop27 ]
  %v76 = phi <8 x float> [ %v66, %loop27 ]
  store <8 x float> %v69, ptr %scratch1, align 4
  %p77 = getelementptr float, ptr %scratch1, i64 8
  store <8 x float> %v70, ptr %p77, align 4
  %p78 = getelementptr float, ptr %scratch1, i64 16
  store <8 x float> %v71, ptr %p78, align 4
  %p79 = getelementptr float, ptr %scratch1, i64 24
  store <8 x float> %v72, ptr %p79, align 4
  %p80 = getelementptr float, ptr %scratch1, i64 32
  store <8 x float> %v73, ptr %p80, align 4
  %p81 = getelementptr float, ptr %scratch1, i64 40
  store <8 x float> %v74, ptr %p81, align 4
  %p82 = getelementptr float, ptr %scratch1, i64 48
  store <8 x float> %v75, ptr %p82, align 4
  %p83 = getelementptr float, ptr %scratch1, i64 56
  store <8 x float> %v76, ptr %p83, align 4
  %v86 = icmp slt i64 0, %v17
  br i1 %v86, label %loop84, label %end85
loop84:
  %i87 = phi i64 [ 0, %end28 ], [ %v121, %loop84 ]
  %v88 = mul nsw i64 %i87, 16
  %p89 = getelementptr float, ptr %scratch1, i64 %v88
  %v90 = load <8 x float>, ptr %p89, align 4
  %v91 = add nsw i64 %i5, %i87
  %p92 = getelementptr float, ptr %b2, i64 %i8
  %v93 = load <8 x float>, ptr %p92, align 4
  %v94 = fadd <8 x float> %v90, %v93
  %v95 = fcmp ole <8 x float> %v94, splat (float 0x0000000000000000)
  %v96 = select <8 x i1> %v95, <8 x float> splat (float 0x0000000000000000), <8 x float> %v94
  %v97 = mul nsw i64 %v91, 16
  %v98 = add nsw i64 %v97, %i8
  %p99 = getelementptr i8, ptr %b3, i64 %v98
  %v100 = zext <8 x i1> %v95 to <8 x i8>
  store <8 x i8> %v100, ptr %p99, align 1
  %v101 = mul nsw i64 %v91, 16
  %v102 = add nsw i64 %v101, %i8
  %p103 = getelementptr float, ptr %b4, i64 %v102
  store <8 x float> %v96, ptr %p103, align 4
  %v104 = add nsw i64 %v88, 8
  %p105 = getelementptr float, ptr %scratch1, i64 %v104
  %v106 = load <8 x float>, ptr %p105, align 4
  %v107 = add nsw i64 %i5, %i87
  %v108 = add nsw i64 %i8, 8
  %p109 = getelementptr float, ptr %b2, i64 %v108
  %v110 = load <8 x float>, ptr %p109, align 4
  %v111 = fadd <8 x float> %v106, %v110
  %v112 = fcmp ole <8 x float> %v111, splat (float 0x0000000000000000)
  %v113 = select <8 x i1> %v112, <8 x float> splat (float 0x0000000000000000), <8 x float> %v111
  %v114 = mul nsw i64 %v107, 16
  %v115 = add nsw i64 %v114, %v108
  %p116 = getelementptr i8, ptr %b3, i64 %v115
  %v117 = zext <8 x i1> %v112 to <8 x i8>
  store <8 x i8> %v117, ptr %p116, align 1
  %v118 = mul nsw i64 %v107, 16
  %v119 = add nsw i64 %v118, %v108
  %p120 = getelementptr float, ptr %b4, i64 %v119
  store <8 x float> %v113, ptr %p120, align 4
  %v121 = add nsw i64 %i87, 1
  %v122 = icmp slt i64 %v121, %v17
  br i1 %v122, label %loop84, label %end85
end85:
  %v123 = add nsw i64 %i8, 16
  %v124 = icmp slt i64 %v123, 16
  br i1 %v124, label %loop6, label %end7
end7:
  %v125 = add nsw i64 %i5, 4
  %v126 = icmp slt i64 %v125, %high
  br i1 %v126, label %loop2, label %end3
end3:
  ret void
}
define internal void @k3_dot_general(i64 %low, i64 %high, ptr noalias %b0, ptr noalias %b1, ptr noalias %b2, ptr noalias %b3, ptr noalias %b4, ptr noalias %b5, ptr noalias %b6, ptr noalias %b7) #0 {
entry:
  %scratch1 = alloca float, i64 64, align 64
  %v4 = icmp slt i64 %low, %high
  br i1 %v4, label %loop2, label %end3
loop2:
  %i5 = phi i64 [ %low, %entry ], [ %v166, %end113 ]
  %v6 = add nsw <8 x i64> <i64 0, i64 1, i64 2, i64 3, i64 4, i64 5, i64 6, i64 7>, splat (i64 0)
  %v7 = icmp slt <8 x i64> %v6, splat (i64 3)
  %v8 = sub nsw i64 %high, 1
  %v9 = add nsw i64 %i5, 1
  %v10 = call i64 @llvm.smin.i64(i64 %v9, i64 %v8)
  %v11 = add nsw i64 %i5, 2
  %v12 = call i64 @llvm.smin.i64(i64 %v11, i64 %v8)
  %v13 = add nsw i64 %i5, 3
  %v14 = call i64 @llvm.smin.i64(i64 %v13, i64 %v8)
  %v15 = add nsw i64 %i5, 4
  %v16 = call i64 @llvm.smin.i64(i64 %v15, i64 %v8)
  %v17 = add nsw i64 %i5, 5
  %v18 = call i64 @llvm.smin.i64(i64 %v17, i64 %v8)
  %v19 = add nsw i64 %i5, 6
  %v20 = call i64 @llvm.smin.i64(i64 %v19, i64 %v8)
  %v21 = add nsw i64 %i5, 7
  %v22 = call i64 @llvm.smin.i64(i64 %v21, i64 %v8)
  %v23 = sub nsw i64 %high, %i5
  %v24 = call i64 @llvm.smin.i64(i64 8, i64 %v23)
  %v25 = mul nsw i64 %i5, 16
  %p26 = getelementptr float, ptr %b1, i64 %v25
  %v27 = mul nsw i64 %v10, 16
  %p28 = getelementptr float, ptr %b1, i64 %v27
  %v29 = mul nsw i64 %v12, 16
  %p30 = getelementptr float, ptr %b1, i64 %v29
  %v31 = mul nsw i64 %v14, 16
  %p32 = getelementptr float, ptr %b1, i64 %v31
  %v33 = mul nsw i64 %v16, 16
  %p34 = getelementptr float, ptr %b1, i64 %v33
  %v35 = mul nsw i64 %v18, 16
  %p36 = getelementptr float, ptr %b1, i64 %v35
  %v37 = mul nsw i64 %v20, 16
  %p38 = getelementptr float, ptr %b1, i64 %v37
  %v39 = mul nsw i64 %v22, 16
  %p40 = getelementptr float, ptr %b1, i64 %v39
  br label %loop41
loop41:
  %i43 = phi i64 [ 0, %loop2 ], [ %v95, %loop41 ]
  %c44 = phi <8 x float> [ splat (float 0x0000000000000000), %loop2 ], [ %v66, %loop41 ]
  %c45 = phi <8 x float> [ splat (float 0x0000000000000000), %loop2 ], [ %v70, %loop41 ]
  %c46 = phi <8 x float> [ splat (float 0x0000000000000000), %loop2 ], [ %v74, %loop41 ]
  %c47 = phi <8 x float> [ splat (float 0x0000000000000000), %loop2 ], [ %v78, %loop41 ]
  %c48 = phi <8 x float> [ splat (float 0x0000000000000000), %loop2 ], [ %v82, %loop41 ]
  %c49 = phi <8 x float> [ splat (float 0x0000000000000000), %loop2 ], [ %v86, %loop41 ]
  %c50 = phi <8 x float> [ splat (float 0x0000000000000000), %loop2 ], [ %v90, %loop41 ]
  %c51 = phi <8 x float> [ splat (float 0x0000000000000000), %loop2 ], [ %v94, %loop41 ]
  %v52 = mul nsw i64 %i43, 3
  %p53 = getelementptr float, ptr %b0, i64 %v52
  %p54 = getelementptr float, ptr %p26, i64 %i43
  %p55 = getelementptr float, ptr %p28, i64 %i43
  %p56 = getelementptr float, ptr %p30, i64 %i43
  %p57 = getelementptr float, ptr %p32, i64 %i43
  %p58 = getelementptr float, ptr %p34, i64 %i43
  %p59 = getelementptr float, ptr %p36, i64 %i43
  %p60 = getelementptr float, ptr %p38, i64 %i43
  %p61 = getelementptr float, ptr %p40, i64 %i43
  %v62 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %p53, i32 4, <8 x i1> %v7, <8 x float> zeroinitializer)
  %v63 = load float, ptr %p54, align 4
  %v64 = insertelement <8 x float> poison, float %v63, i64 0
  %v65 = shufflevector <8 x float> %v64, <8 x float> poison, <8 x i32> zeroinitializer
  %v66 = call <8 x float> @llvm.fma.v8f32(<8 x float> %v65, <8 x float> %v62, <8 x float> %c44)
  %v67 = load float, ptr %p55, align 4
  %v68 = insertelement <8 x float> poison, float %v67, i64 0
  %v69 = shufflevector <8 x float> %v68, <8 x float> poison, <8 x i32> zeroinitializer
  %v70 = call <8 x float> @llvm.fma.v8f32(<8 x float> %v69, <8 x float> %v62, <8 x float> %c45)
  %v71 = load float, ptr %p56, align 4
  %v72 = insertelement <8 x float> poison, float %v71, i64 0
  %v73 = shufflevector <8 x float> %v72, <8 x float> poison, <8 x i32> zeroinitializer
  %v74 = call <8 x float> @llvm.fma.v8f32(<8 x float> %v73, <8 x float> %v62, <8 x float> %c46)
  %v75 = load float, ptr %p57, align 4
  %v76 = insertelement <8 x float> poison, float %v75, i64 0
  %v77 = shufflevector <8 x float> %v76, <8 x float> poison, <8 x i32> zeroinitializer
  %v78 = call <8 x float> @llvm.fma.v8f32(<8 x float> %v77, <8 x float> %v62, <8 x float> %c47)
  %v79 = load float, ptr %p58, align 4
  %v80 = insertelement <8 x float> poison, float %v79, i64 0
  %v81 = shufflevector <8 x float> %v80, <8 x float> poison, <8 x i32> zeroinitializer
  %v82 = call <8 x float> @llvm.fma.v8f32(<8 x float> %v81, <8 x float> %v62, <8 x float> %c48)
  %v83 = load float, ptr %p59, align 4
  %v84 = insertelement <8 x float> poison, float %v83, i64 0
  %v85 = shufflevector <8 x float> %v84, <8 x float> poison, <8 x i32> zeroinitializer
  %v86 = call <8 x float> @llvm.fma.v8f32(<8 x float> %v85, <8 x float> %v62, <8 x float> %c49)
  %v87 = load float, ptr %p60, align 4
  %v88 = insertelement <8 x float> poison, float %v87, i64 0
  %v89 = shufflevector <8 x float> %v88, <8 x float> poison, <8 x i32> zeroinitializer
  %v90 = call <8 x float> @llvm.fma.v8f32(<8 x float> %v89, <8 x float> %v62, <8 x float> %c50)
  %v91 = load float, ptr %p61, align 4
  %v92 = insertelement <8 x float> poison, float %v91, i64 0
  %v93 = shufflevector <8 x float> %v92, <8 x float> poison, <8 x i32> zeroinitializer
  %v94 = call <8 x float> @llvm.fma.v8f32(<8 x float> %v93, <8 x float> %v62, <8 x float> %c51)
  %v95 = add nsw i64 %i43, 1
  %v96 = icmp slt i64 %v95, 16
  br i1 %v96, label %loop41, label %end42
end42:
  %v97 = phi <8 x float> [ %v66, %loop41 ]
  %v98 = phi <8 x float> [ %v70, %loop41 ]
  %v99 = phi <8 x float> [ %v74, %loop41 ]
  %v100 = phi <8 x float> [ %v78, %loop41 ]
  %v101 = phi <8 x float> [ %v82, %loop41 ]
  %v102 = phi <8 x float> [ %v86, %loop41 ]
  %v103 = phi <8 x float> [ %v90, %loop41 ]
  %v104 = phi <8 x float> [ %v94, %loop41 ]
  store <8 x float> %v97, ptr %scratch1, align 4
  %p105 = getelementptr float, ptr %scratch1, i64 8
  store <8 x float> %v98, ptr %p105, align 4
  %p106 = getelementptr float, ptr %scratch1, i64 16
  store <8 x float> %v99, ptr %p106, align 4
  %p107 = getelementptr float, ptr %scratch1, i64 24
  store <8 x float> %v100, ptr %p107, align 4
  %p108 = getelementptr float, ptr %scratch1, i64 32
  store <8 x float> %v101, ptr %p108, align 4
  %p109 = getelementptr float, ptr %scratch1, i64 40
  store <8 x float> %v102, ptr %p109, align 4
  %p110 = getelementptr float, ptr %scratch1, i64 48
  store <8 x float> %v103, ptr %p110, align 4
  %p111 = getelementptr float, ptr %scratch1, i64 56
  store <8 x float> %v104, ptr %p111, align 4
  %v114 = icmp slt i64 0, %v24
  br i1 %v114, label %loop112, label %end113
loop112:
  %i115 = phi i64 [ 0, %end42 ], [ %v164, %loop112 ]
  %v116 = mul nsw i64 %i115, 8
  %p117 = getelementptr float, ptr %scratch1, i64 %v116
  %v118 = load <8 x float>, ptr %p117, align 4
  %v119 = add nsw i64 %i5, %i115
  %v120 = load i64, ptr %b2, align 8
  %v121 = add i64 %v120, %v119
  %v122 = call i64 @llvm.smax.i64(i64 %v121, i64 0)
  %v123 = call i64 @llvm.smin.i64(i64 %v122, i64 1099511627775)
  %v124 = add nsw i64 %v119, 1
  %v125 = call i64 @llvm.smin.i64(i64 %v124, i64 7)
  %v126 = load i64, ptr %b2, align 8
  %v127 = add i64 %v126, %v125
  %v128 = call i64 @llvm.smax.i64(i64 %v127, i64 0)
  %v129 = call i64 @llvm.smin.i64(i64 %v128, i64 1099511627775)
  %p130 = getelementptr i64, ptr %b3, i64 %v123
  %v131 = load i64, ptr %p130, align 8
  %v132 = call i64 @llvm.smax.i64(i64 %v131, i64 0)
  %v133 = call i64 @llvm.smin.i64(i64 %v132, i64 1099511627775)
  %v134 = add nsw i64 %v119, 1
  %v135 = call i64 @llvm.smin.i64(i64 %v134, i64 7)
  %v136 = add i64 %v126, %v135
  %v137 = call i64 @llvm.smax.i64(i64 %v136, i64 0)
  %v138 = call i64 @llvm.smin.i64(i64 %v137, i64 1099511627775)
  %v139 = add nsw i64 %v135, 1
  %v140 = call i64 @llvm.smin.i64(i64 %v139, i64 7)
  %v141 = add i64 %v126, %v140
  %v142 = call i64 @llvm.smax.i64(i64 %v141, i64 0)
  %v143 = call i64 @llvm.smin.i64(i64 %v142, i64 1099511627775)
  %p144 = getelementptr i64, ptr %b3, i64 %v138
  %v145 = load i64, ptr %p144, align 8
  %v146 = call i64 @llvm.smax.i64(i64 %v145, i64 0)
  %v147 = call i64 @llvm.smin.i64(i64 %v146, i64 1099511627775)
  %v148 = mul nsw i64 %v147, 3
  %p149 = getelementptr float, ptr %b4, i64 %v148
  call void @llvm.prefetch.p0(ptr %p149, i32 0, i32 3, i32 1)
  %v150 = mul nsw i64 %v133, 3
  %p151 = getelementptr float, ptr %b4, i64 %v150
  %v152 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %p151, i32 4, <8 x i1> %v7, <8 x float> zeroinitializer)
  %v153 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %b5, i32 4, <8 x i1> %v7, <8 x float> zeroinitializer)
  %v154 = fadd <8 x float> %v118, %v153
  %v155 = fsub <8 x float> %v152, %v154
  %v156 = fmul <8 x float> splat (float 0x3FA5555560000000), %v155
  %v157 = fadd <8 x float> %v156, %v156
  %v158 = fneg <8 x float> %v157
  %v159 = fmul <8 x float> %v155, %v155
  %v160 = mul nsw i64 %v119, 3
  %p161 = getelementptr float, ptr %b6, i64 %v160
  call void @llvm.masked.store.v8f32.p0(<8 x float> %v158, ptr %p161, i32 4, <8 x i1> %v7)
  %v162 = mul nsw i64 %v119, 3
  %p163 = getelementptr float, ptr %b7, i64 %v162
  call void @llvm.masked.store.v8f32.p0(<8 x float> %v159, ptr %p163, i32 4, <8 x i1> %v7)
  %v164 = add nsw i64 %i115, 1
  %v165 = icmp slt i64 %v164, %v24
  br i1 %v165, label %loop112, label %end113
end113:
  %v166 = add nsw i64 %i5, 8
  %v167 = icmp slt i64 %v166, %high
  br i1 %v167, label %loop2, label %end3
end3:
  ret void
}
define internal void @k4_pack(i64 %low, i64 %high, ptr noalias %b0, ptr noalias %b1) #0 {
entry:
  br label %loop1
loop1:
  %i3 = phi i64 [ 0, %entry ], [ %v44, %endif26 ]
  %v4 = sub nsw i64 %high, %low
  %v5 = and i64 %v4, -8
  %v6 = add nsw i64 %low, %v5
  %v9 = icmp slt i64 %low, %v6
  br i1 %v9, label %loop7, label %end8
loop7:
  %i10 = phi i64 [ %low, %loop1 ], [ %v22, %loop7 ]
  %v11 = mul nsw i64 %i10, 3
  %v12 = add nsw i64 %v11, %i3
  %v13 = mul nsw <8 x i64> <i64 0, i64 1, i64 2, i64 3, i64 4, i64 5, i64 6, i64 7>, splat (i64 3)
  %v14 = insertelement <8 x i64> poison, i64 %v12, i64 0
  %v15 = shufflevector <8 x i64> %v14, <8 x i64> poison, <8 x i32> zeroinitializer
  %v16 = add nsw <8 x i64> %v15, %v13
  %p17 = getelementptr inbounds float, ptr %b0, <8 x i64> %v16
  %v18 = call <8 x float> @llvm.masked.gather.v8f32.v8p0(<8 x ptr> %p17, i32 4, <8 x i1> splat (i1 true), <8 x float> zeroinitializer)
  %v19 = mul nsw i64 %i3, 16
  %v20 = add nsw i64 %v19, %i10
  %p21 = getelementptr float, ptr %b1, i64 %v20
  store <8 x float> %v18, ptr %p21, align 4
  %v22 = add nsw i64 %i10, 8
  %v23 = icmp slt i64 %v22, %v6
  br i1 %v23, label %loop7, label %end8
end8:
  %v24 = icmp slt i64 %v6, %high
  br i1 %v24, label %then25, label %endif26
then25:
  %v27 = insertelement <8 x i64> poison, i64 %v6, i64 0
  %v28 = shufflevector <8 x i64> %v27, <8 x i64> poison, <8 x i32> zeroinitializer
  %v29 = add nsw <8 x i64> <i64 0, i64 1, i64 2, i64 3, i64 4, i64 5, i64 6, i64 7>, %v28
  %v30 = insertelement <8 x i64> poison, i64 %high, i64 0
  %v31 = shufflevector <8 x i64> %v30, <8 x i64> poison, <8 x i32> zeroinitializer
  %v32 = icmp slt <8 x i64> %v29, %v31
  %v33 = mul nsw i64 %v6, 3
  %v34 = add nsw i64 %v33, %i3
  %v35 = mul nsw <8 x i64> <i64 0, i64 1, i64 2, i64 3, i64 4, i64 5, i64 6, i64 7>, splat (i64 3)
  %v36 = insertelement <8 x i64> poison, i64 %v34, i64 0
  %v37 = shufflevector <8 x i64> %v36, <8 x i64> poison, <8 x i32> zeroinitializer
  %v38 = add nsw <8 x i64> %v37, %v35
  %p39 = getelementptr inbounds float, ptr %b0, <8 x i64> %v38
  %v40 = call <8 x float> @llvm.masked.gather.v8f32.v8p0(<8 x ptr> %p39, i32 4, <8 x i1> %v32, <8 x float> zeroinitializer)
  %v41 = mul nsw i64 %i3, 16
  %v42 = add nsw i64 %v41, %v6
  %p43 = getelementptr float, ptr %b1, i64 %v42
  call void @llvm.masked.store.v8f32.p0(<8 x float> %v40, ptr %p43, i32 4, <8 x i1> %v32)
  br label %endif26
endif26:
  %v44 = add nsw i64 %i3, 1
  %v45 = icmp slt i64 %v44, 3
  br i1 %v45, label %loop1, label %end2
end2:
  ret void
}
define internal void @k5_dot_general(i64 %low, i64 %high, ptr noalias %b0, ptr noalias %b1, ptr noalias %b2, ptr noalias %b3) #0 {
entry:
  %scratch1 = alloca float, i64 64, align 64
  %v4 = icmp slt i64 %low, %high
  br i1 %v4, label %loop2, label %end3
loop2:
  %i5 = phi i64 [ %low, %entry ], [ %v119, %end7 ]
  br label %loop6
loop6:
  %i8 = phi i64 [ 0, %loop2 ], [ %v117, %end85 ]
  %v9 = sub nsw i64 %high, 1
  %v10 = add nsw i64 %i5, 1
  %v11 = call i64 @llvm.smin.i64(i64 %v10, i64 %v9)
  %v12 = add nsw i64 %i5, 2
  %v13 = call i64 @llvm.smin.i64(i64 %v12, i64 %v9)
  %v14 = add nsw i64 %i5, 3
  %v15 = call i64 @llvm.smin.i64(i64 %v14, i64 %v9)
  %v16 = sub nsw i64 %high, %i5
  %v17 = call i64 @llvm.smin.i64(i64 4, i64 %v16)
  %p18 = getelementptr float, ptr %b0, i64 %i8
  %v19 = mul nsw i64 %i5, 3
  %p20 = getelementptr float, ptr %b1, i64 %v19
  %v21 = mul nsw i64 %v11, 3
  %p22 = getelementptr float, ptr %b1, i64 %v21
  %v23 = mul nsw i64 %v13, 3
  %p24 = getelementptr float, ptr %b1, i64 %v23
  %v25 = mul nsw i64 %v15, 3
  %p26 = getelementptr float, ptr %b1, i64 %v25
  br label %loop27
loop27:
  %i29 = phi i64 [ 0, %loop6 ], [ %v67, %loop27 ]
  %c30 = phi <8 x float> [ splat (float 0x0000000000000000), %loop6 ], [ %v50, %loop27 ]
  %c31 = phi <8 x float> [ splat (float 0x0000000000000000), %loop6 ], [ %v51, %loop27 ]
  %c32 = phi <8 x float> [ splat (float 0x0000000000000000), %loop6 ], [ %v55, %loop27 ]
  %c33 = phi <8 x float> [ splat (float 0x0000000000000000), %loop6 ], [ %v56, %loop27 ]
  %c34 = phi <8 x float> [ splat (float 0x0000000000000000), %loop6 ], [ %v60, %loop27 ]
  %c35 = phi <8 x float> [ splat (float 0x0000000000000000), %loop6 ], [ %v61, %loop27 ]
  %c36 = phi <8 x float> [ splat (float 0x0000000000000000), %loop6 ], [ %v65, %loop27 ]
  %c37 = phi <8 x float> [ splat (float 0x0000000000000000), %loop6 ], [ %v66, %loop27 ]
  %v38 = mul nsw i64 %i29, 16
  %p39 = getelementptr float, ptr %p18, i64 %v38
  %p40 = getelementptr float, ptr %p20, i64 %i29
  %p41 = getelementptr float, ptr %p22, i64 %i29
  %p42 = getelementptr float, ptr %p24, i64 %i29
  %p43 = getelementptr float, ptr %p26, i64 %i29
  %v44 = load <8 x float>, ptr %p39, align 4
  %p45 = getelementptr float, ptr %p39, i64 8
  %v46 = load <8 x float>, ptr %p45, align 4
  %v47 = load float, ptr %p40, align 4
  %v48 = insertelement <8 x float> poison, float %v47, i64 0
  %v49 = shufflevector <8 x float> %v48, <8 x float> poison, <8 x i32> zeroinitializer
  %v50 = call <8 x float> @llvm.fma.v8f32(<8 x float> %v49, <8 x float> %v44, <8 x float> %c30)
  %v51 = call <8 x float> @llvm.fma.v8f32(<8 x float> %v49, <8 x float> %v46, <8 x float> %c31)
  %v52 = load float, ptr %p41, align 4
  %v53 = insertelement <8 x float> poison, float %v52, i64 0
  %v54 = shufflevector <8 x float> %v53, <8 x float> poison, <8 x i32> zeroinitializer
  %v55 = call <8 x float> @llvm.fma.v8f32(<8 x float> %v54, <8 x float> %v44, <8 x float> %c32)
  %v56 = call <8 x float> @llvm.fma.v8f32(<8 x float> %v54, <8 x float> %v46, <8 x float> %c33)
  %v57 = load float, ptr %p42, align 4
  %v58 = insertelement <8 x float> poison, float %v57, i64 0
  %v59 = shufflevector <8 x float> %v58, <8 x float> poison, <8 x i32> zeroinitializer
  %v60 = call <8 x float> @llvm.fma.v8f32(<8 x float> %v59, <8 x float> %v44, <8 x float> %c34)
  %v61 = call <8 x float> @llvm.fma.v8f32(<8 x float> %v59, <8 x float> %v46, <8 x float> %c35)
  %v62 = load float, ptr %p43, align 4
  %v63 = insertelement <8 x float> poison, float %v62, i64 0
  %v64 = shufflevector <8 x float> %v63, <8 x float> poison, <8 x i32> zeroinitializer
  %v65 = call <8 x float> @llvm.fma.v8f32(<8 x float> %v64, <8 x float> %v44, <8 x float> %c36)
  %v66 = call <8 x float> @llvm.fma.v8f32(<8 x float> %v64, <8 x float> %v46, <8 x float> %c37)
  %v67 = add nsw i64 %i29, 1
  %v68 = icmp slt i64 %v67, 3
  br i1 %v68, label %loop27, label %end28
end28:
  %v69 = phi <8 x float> [ %v50, %loop27 ]
  %v70 = phi <8 x float> [ %v51, %loop27 ]
  %v71 = phi <8 x float> [ %v55, %loop27 ]
  %v72 = phi <8 x float> [ %v56, %loop27 ]
  %v73 = phi <8 x float> [ %v60, %loop27 ]
  %v74 = phi <8 x float> [ %v61, %loop27 ]
  %v75 = phi <8 x float> [ %v65, %loop27 ]
  %v76 = phi <8 x float> [ %v66, %loop27 ]
  store <8 x float> %v69, ptr %scratch1, align 4
  %p77 = getelementptr float, ptr %scratch1, i64 8
  store <8 x float> %v70, ptr %p77, align 4
  %p78 = getelementptr float, ptr %scratch1, i64 16
  store <8 x float> %v71, ptr %p78, align 4
  %p79 = getelementptr float, ptr %scratch1, i64 24
  store <8 x float> %v72, ptr %p79, align 4
  %p80 = getelementptr float, ptr %scratch1, i64 32
  store <8 x float> %v73, ptr %p80, align 4
  %p81 = getelementptr float, ptr %scratch1, i64 40
  store <8 x float> %v74, ptr %p81, align 4
  %p82 = getelementptr float, ptr %scratch1, i64 48
  store <8 x float> %v75, ptr %p82, align 4
  %p83 = getelementptr float, ptr %scratch1, i64 56
  store <8 x float> %v76, ptr %p83, align 4
  %v86 = icmp slt i64 0, %v17
  br i1 %v86, label %loop84, label %end85
loop84:
  %i87 = phi i64 [ 0, %end28 ], [ %v115, %loop84 ]
  %v88 = mul nsw i64 %i87, 16
  %p89 = getelementptr float, ptr %scratch1, i64 %v88
  %v90 = load <8 x float>, ptr %p89, align 4
  %v91 = add nsw i64 %i5, %i87
  %v92 = mul nsw i64 %v91, 16
  %v93 = add nsw i64 %v92, %i8
  %p94 = getelementptr i8, ptr %b2, i64 %v93
  %v95 = load <8 x i8>, ptr %p94, align 1
  %v96 = icmp ne <8 x i8> %v95, splat (i8 0)
  %v97 = select <8 x i1> %v96, <8 x float> splat (float 0x0000000000000000), <8 x float> %v90
  %v98 = mul nsw i64 %v91, 16
  %v99 = add nsw i64 %v98, %i8
  %p100 = getelementptr float, ptr %b3, i64 %v99
  store <8 x float> %v97, ptr %p100, align 4
  %v101 = add nsw i64 %v88, 8
  %p102 = getelementptr float, ptr %scratch1, i64 %v101
  %v103 = load <8 x float>, ptr %p102, align 4
  %v104 = add nsw i64 %i5, %i87
  %v105 = add nsw i64 %i8, 8
  %v106 = mul nsw i64 %v104, 16
  %v107 = add nsw i64 %v106, %v105
  %p108 = getelementptr i8, ptr %b2, i64 %v107
  %v109 = load <8 x i8>, ptr %p108, align 1
  %v110 = icmp ne <8 x i8> %v109, splat (i8 0)
  %v111 = select <8 x i1> %v110, <8 x float> splat (float 0x0000000000000000), <8 x float> %v103
  %v112 = mul nsw i64 %v104, 16
  %v113 = add nsw i64 %v112, %v105
  %p114 = getelementptr float, ptr %b3, i64 %v113
  store <8 x float> %v111, ptr %p114, align 4
  %v115 = add nsw i64 %i87, 1
  %v116 = icmp slt i64 %v115, %v17
  br i1 %v116, label %loop84, label %end85
end85:
  %v117 = add nsw i64 %i8, 16
  %v118 = icmp slt i64 %v117, 16
  br i1 %v118, label %loop6, label %end7
end7:
  %v119 = add nsw i64 %i5, 4
  %v120 = icmp slt i64 %v119, %high
  br i1 %v120, label %loop2, label %end3
end3:
  ret void
}
define internal void @k6_dot_general(i64 %low, i64 %high, ptr noalias %b0, ptr noalias %b1, ptr noalias %b2, ptr noalias %b3) #0 {
entry:
  %scratch1 = alloca float, i64 64, align 64
  %v4 = icmp slt i64 %low, %high
  br i1 %v4, label %loop2, label %end3
loop2:
  %i5 = phi i64 [ %low, %entry ], [ %v125, %end7 ]
  br label %loop6
loop6:
  %i8 = phi i64 [ 0, %loop2 ], [ %v123, %end85 ]
  %v9 = sub nsw i64 %high, 1
  %v10 = add nsw i64 %i5, 1
  %v11 = call i64 @llvm.smin.i64(i64 %v10, i64 %v9)
  %v12 = add nsw i64 %i5, 2
  %v13 = call i64 @llvm.smin.i64(i64 %v12, i64 %v9)
  %v14 = add nsw i64 %i5, 3
  %v15 = call i64 @llvm.smin.i64(i64 %v14, i64 %v9)
  %v16 = sub nsw i64 %high, %i5
  %v17 = call i64 @llvm.smin.i64(i64 4, i64 %v16)
  %p18 = getelementptr float, ptr %b0, i64 %i8
  %p19 = getelementptr float, ptr %b1, i64 %i5
  %p20 = getelementptr float, ptr %b1, i64 %v11
  %p21 = getelementptr float, ptr %b1, i64 %v13
  %p22 = getelementptr float, ptr %b1, i64 %v15
  br label %loop23
loop23:
  %i25 = phi i64 [ 0, %loop6 ], [ %v67, %loop23 ]
  %c26 = phi <8 x float> [ splat (float 0x0000000000000000), %loop6 ], [ %v50, %loop23 ]
  %c27 = phi <8 x float> [ splat (float 0x0000000000000000), %loop6 ], [ %v51, %loop23 ]
  %c28 = phi <8 x float> [ splat (float 0x0000000000000000), %loop6 ], [ %v55, %loop23 ]
  %c29 = phi <8 x float> [ splat (float 0x0000000000000000), %loop6 ], [ %v56, %loop23 ]
  %c30 = phi <8 x float> [ splat (float 0x0000000000000000), %loop6 ], [ %v60, %loop23 ]
  %c31 = phi <8 x float> [ splat (float 0x0000000000000000), %loop6 ], [ %v61, %loop23 ]
  %c32 = phi <8 x float> [ splat (float 0x0000000000000000), %loop6 ], [ %v65, %loop23 ]
  %c33 = phi <8 x float> [ splat (float 0x0000000000000000), %loop6 ], [ %v66, %loop23 ]
  %v34 = mul nsw i64 %i25, 16
  %p35 = getelementptr float, ptr %p18, i64 %v34
  %v36 = mul nsw i64 %i25, 4
  %p37 = getelementptr float, ptr %p19, i64 %v36
  %v38 = mul nsw i64 %i25, 4
  %p39 = getelementptr float, ptr %p20, i64 %v38
  %v40 = mul nsw i64 %i25, 4
  %p41 = getelementptr float, ptr %p21, i64 %v40
  %v42 = mul nsw i64 %i25, 4
  %p43 = getelementptr float, ptr %p22, i64 %v42
  %v44 = load <8 x float>, ptr %p35, align 4
  %p45 = getelementptr float, ptr %p35, i64 8
  %v46 = load <8 x float>, ptr %p45, align 4
  %v47 = load float, ptr %p37, align 4
  %v48 = insertelement <8 x float> poison, float %v47, i64 0
  %v49 = shufflevector <8 x float> %v48, <8 x float> poison, <8 x i32> zeroinitializer
  %v50 = call <8 x float> @llvm.fma.v8f32(<8 x float> %v49, <8 x float> %v44, <8 x float> %c26)
  %v51 = call <8 x float> @llvm.fma.v8f32(<8 x float> %v49, <8 x float> %v46, <8 x float> %c27)
  %v52 = load float, ptr %p39, align 4
  %v53 = insertelement <8 x float> poison, float %v52, i64 0
  %v54 = shufflevector <8 x float> %v53, <8 x float> poison, <8 x i32> zeroinitializer
  %v55 = call <8 x float> @llvm.fma.v8f32(<8 x float> %v54, <8 x float> %v44, <8 x float> %c28)
  %v56 = call <8 x float> @llvm.fma.v8f32(<8 x float> %v54, <8 x float> %v46, <8 x float> %c29)
  %v57 = load float, ptr %p41, align 4
  %v58 = insertelement <8 x float> poison, float %v57, i64 0
  %v59 = shufflevector <8 x float> %v58, <8 x float> poison, <8 x i32> zeroinitializer
  %v60 = call <8 x float> @llvm.fma.v8f32(<8 x float> %v59, <8 x float> %v44, <8 x float> %c30)
  %v61 = call <8 x float> @llvm.fma.v8f32(<8 x float> %v59, <8 x float> %v46, <8 x float> %c31)
  %v62 = load float, ptr %p43, align 4
  %v63 = insertelement <8 x float> poison, float %v62, i64 0
  %v64 = shufflevector <8 x float> %v63, <8 x float> poison, <8 x i32> zeroinitializer
  %v65 = call <8 x float> @llvm.fma.v8f32(<8 x float> %v64, <8 x float> %v44, <8 x float> %c32)
  %v66 = call <8 x float> @llvm.fma.v8f32(<8 x float> %v64, <8 x float> %v46, <8 x float> %c33)
  %v67 = add nsw i64 %i25, 1
  %v68 = icmp slt i64 %v67, 8
  br i1 %v68, label %loop23, label %end24
end24:
  %v69 = phi <8 x float> [ %v50, %loop23 ]
  %v70 = phi <8 x float> [ %v51, %loop23 ]
  %v71 = phi <8 x float> [ %v55, %loop23 ]
  %v72 = phi <8 x float> [ %v56, %loop23 ]
  %v73 = phi <8 x float> [ %v60, %loop23 ]
  %v74 = phi <8 x float> [ %v61, %loop23 ]
  %v75 = phi <8 x float> [ %v65, %loop23 ]
  %v76 = phi <8 x float> [ %v66, %loop23 ]
  store <8 x float> %v69, ptr %scratch1, align 4
  %p77 = getelementptr float, ptr %scratch1, i64 8
  store <8 x float> %v70, ptr %p77, align 4
  %p78 = getelementptr float, ptr %scratch1, i64 16
  store <8 x float> %v71, ptr %p78, align 4
  %p79 = getelementptr float, ptr %scratch1, i64 24
  store <8 x float> %v72, ptr %p79, align 4
  %p80 = getelementptr float, ptr %scratch1, i64 32
  store <8 x float> %v73, ptr %p80, align 4
  %p81 = getelementptr float, ptr %scratch1, i64 40
  store <8 x float> %v74, ptr %p81, align 4
  %p82 = getelementptr float, ptr %scratch1, i64 48
  store <8 x float> %v75, ptr %p82, align 4
  %p83 = getelementptr float, ptr %scratch1, i64 56
  store <8 x float> %v76, ptr %p83, align 4
  %v86 = icmp slt i64 0, %v17
  br i1 %v86, label %loop84, label %end85
loop84:
  %i87 = phi i64 [ 0, %end24 ], [ %v121, %loop84 ]
  %v88 = mul nsw i64 %i87, 16
  %p89 = getelementptr float, ptr %scratch1, i64 %v88
  %v90 = load <8 x float>, ptr %p89, align 4
  %v91 = add nsw i64 %i5, %i87
  %v92 = mul nsw i64 %v91, 16
  %v93 = add nsw i64 %v92, %i8
  %p94 = getelementptr float, ptr %b2, i64 %v93
  %v95 = load <8 x float>, ptr %p94, align 4
  %v96 = load float, ptr %b3, align 4
  %v97 = insertelement <8 x float> poison, float %v96, i64 0
  %v98 = shufflevector <8 x float> %v97, <8 x float> poison, <8 x i32> zeroinitializer
  %v99 = fmul <8 x float> %v90, %v98
  %v100 = fsub <8 x float> %v95, %v99
  %v101 = mul nsw i64 %v91, 16
  %v102 = add nsw i64 %v101, %i8
  %p103 = getelementptr float, ptr %b2, i64 %v102
  store <8 x float> %v100, ptr %p103, align 4
  %v104 = add nsw i64 %v88, 8
  %p105 = getelementptr float, ptr %scratch1, i64 %v104
  %v106 = load <8 x float>, ptr %p105, align 4
  %v107 = add nsw i64 %i5, %i87
  %v108 = add nsw i64 %i8, 8
  %v109 = mul nsw i64 %v107, 16
  %v110 = add nsw i64 %v109, %v108
  %p111 = getelementptr float, ptr %b2, i64 %v110
  %v112 = load <8 x float>, ptr %p111, align 4
  %v113 = load float, ptr %b3, align 4
  %v114 = insertelement <8 x float> poison, float %v113, i64 0
  %v115 = shufflevector <8 x float> %v114, <8 x float> poison, <8 x i32> zeroinitializer
  %v116 = fmul <8 x float> %v106, %v115
  %v117 = fsub <8 x float> %v112, %v116
  %v118 = mul nsw i64 %v107, 16
  %v119 = add nsw i64 %v118, %v108
  %p120 = getelementptr float, ptr %b2, i64 %v119
  store <8 x float> %v117, ptr %p120, align 4
  %v121 = add nsw i64 %i87, 1
  %v122 = icmp slt i64 %v121, %v17
  br i1 %v122, label %loop84, label %end85
end85:
  %v123 = add nsw i64 %i8, 16
  %v124 = icmp slt i64 %v123, 16
  br i1 %v124, label %loop6, label %end7
end7:
  %v125 = add nsw i64 %i5, 4
  %v126 = icmp slt i64 %v125, %high
  br i1 %v126, label %loop2, label %end3
end3:
  ret void
}
define internal void @k7_reduce_sum(i64 %low, i64 %high, ptr noalias %b0, ptr noalias %b1, ptr noalias %b2) #0 {
entry:
  %v1 = sub nsw i64 %high, %low
  %v2 = and i64 %v1, -8
  %v3 = add nsw i64 %low, %v2
  %v6 = icmp slt i64 %low, %v3
  br i1 %v6, label %loop4, label %end5
loop4:
  %i7 = phi i64 [ %low, %entry ], [ %v28, %end9 ]
  br label %loop8
loop8:
  %i10 = phi i64 [ 0, %loop4 ], [ %v17, %loop8 ]
  %c11 = phi <8 x float> [ splat (float 0x0000000000000000), %loop4 ], [ %v16, %loop8 ]
  %v12 = mul nsw i64 %i10, 16
  %v13 = add nsw i64 %v12, %i7
  %p14 = getelementptr float, ptr %b0, i64 %v13
  %v15 = load <8 x float>, ptr %p14, align 4
  %v16 = fadd <8 x float> %c11, %v15
  %v17 = add nsw i64 %i10, 1
  %v18 = icmp slt i64 %v17, 8
  br i1 %v18, label %loop8, label %end9
end9:
  %v19 = phi <8 x float> [ %v16, %loop8 ]
  %p20 = getelementptr float, ptr %b1, i64 %i7
  %v21 = load <8 x float>, ptr %p20, align 4
  %v22 = load float, ptr %b2, align 4
  %v23 = insertelement <8 x float> poison, float %v22, i64 0
  %v24 = shufflevector <8 x float> %v23, <8 x float> poison, <8 x i32> zeroinitializer
  %v25 = fmul <8 x float> %v19, %v24
  %v26 = fsub <8 x float> %v21, %v25
  %p27 = getelementptr float, ptr %b1, i64 %i7
  store <8 x float> %v26, ptr %p27, align 4
  %v28 = add nsw i64 %i7, 8
  %v29 = icmp slt i64 %v28, %v3
  br i1 %v29, label %loop4, label %end5
end5:
  %v30 = icmp slt i64 %v3, %high
  br i1 %v30, label %then31, label %endif32
then31:
  %v33 = insertelement <8 x i64> poison, i64 %v3, i64 0
  %v34 = shufflevector <8 x i64> %v33, <8 x i64> poison, <8 x i32> zeroinitializer
  %v35 = add nsw <8 x i64> <i64 0, i64 1, i64 2, i64 3, i64 4, i64 5, i64 6, i64 7>, %v34
  %v36 = insertelement <8 x i64> poison, i64 %high, i64 0
  %v37 = shufflevector <8 x i64> %v36, <8 x i64> poison, <8 x i32> zeroinitializer
  %v38 = icmp slt <8 x i64> %v35, %v37
  br label %loop39
loop39:
  %i41 = phi i64 [ 0, %then31 ], [ %v48, %loop39 ]
  %c42 = phi <8 x float> [ splat (float 0x0000000000000000), %then31 ], [ %v47, %loop39 ]
  %v43 = mul nsw i64 %i41, 16
  %v44 = add nsw i64 %v43, %v3
  %p45 = getelementptr float, ptr %b0, i64 %v44
  %v46 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %p45, i32 4, <8 x i1> %v38, <8 x float> zeroinitializer)
  %v47 = fadd <8 x float> %c42, %v46
  %v48 = add nsw i64 %i41, 1
  %v49 = icmp slt i64 %v48, 8
  br i1 %v49, label %loop39, label %end40
end40:
  %v50 = phi <8 x float> [ %v47, %loop39 ]
  %p51 = getelementptr float, ptr %b1, i64 %v3
  %v52 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %p51, i32 4, <8 x i1> %v38, <8 x float> zeroinitializer)
  %v53 = load float, ptr %b2, align 4
  %v54 = insertelement <8 x float> poison, float %v53, i64 0
  %v55 = shufflevector <8 x float> %v54, <8 x float> poison, <8 x i32> zeroinitializer
  %v56 = fmul <8 x float> %v50, %v55
  %v57 = fsub <8 x float> %v52, %v56
  %p58 = getelementptr float, ptr %b1, i64 %v3
  call void @llvm.masked.store.v8f32.p0(<8 x float> %v57, ptr %p58, i32 4, <8 x i1> %v38)
  br label %endif32
endif32:
  ret void
}
define internal void @k8_dot_general(i64 %low, i64 %high, ptr noalias %b0, ptr noalias %b1, ptr noalias %b2, ptr noalias %b3) #0 {
entry:
  %scratch1 = alloca float, i64 64, align 64
  %v4 = icmp slt i64 %low, %high
  br i1 %v4, label %loop2, label %end3
loop2:
  %i5 = phi i64 [ %low, %entry ], [ %v132, %end113 ]
  %v6 = add nsw <8 x i64> <i64 0, i64 1, i64 2, i64 3, i64 4, i64 5, i64 6, i64 7>, splat (i64 0)
  %v7 = icmp slt <8 x i64> %v6, splat (i64 3)
  %v8 = sub nsw i64 %high, 1
  %v9 = add nsw i64 %i5, 1
  %v10 = call i64 @llvm.smin.i64(i64 %v9, i64 %v8)
  %v11 = add nsw i64 %i5, 2
  %v12 = call i64 @llvm.smin.i64(i64 %v11, i64 %v8)
  %v13 = add nsw i64 %i5, 3
  %v14 = call i64 @llvm.smin.i64(i64 %v13, i64 %v8)
  %v15 = add nsw i64 %i5, 4
  %v16 = call i64 @llvm.smin.i64(i64 %v15, i64 %v8)
  %v17 = add nsw i64 %i5, 5
  %v18 = call i64 @llvm.smin.i64(i64 %v17, i64 %v8)
  %v19 = add nsw i64 %i5, 6
  %v20 = call i64 @llvm.smin.i64(i64 %v19, i64 %v8)
  %v21 = add nsw i64 %i5, 7
  %v22 = call i64 @llvm.smin.i64(i64 %v21, i64 %v8)
  %v23 = sub nsw i64 %high, %i5
  %v24 = call i64 @llvm.smin.i64(i64 8, i64 %v23)
  %p25 = getelementptr float, ptr %b1, i64 %i5
  %p26 = getelementptr float, ptr %b1, i64 %v10
  %p27 = getelementptr float, ptr %b1, i64 %v12
  %p28 = getelementptr float, ptr %b1, i64 %v14
  %p29 = getelementptr float, ptr %b1, i64 %v16
  %p30 = getelementptr float, ptr %b1, i64 %v18
  %p31 = getelementptr float, ptr %b1, i64 %v20
  %p32 = getelementptr float, ptr %b1, i64 %v22
  br label %loop33
loop33:
  %i35 = phi i64 [ 0, %loop2 ], [ %v95, %loop33 ]
  %c36 = phi <8 x float> [ splat (float 0x0000000000000000), %loop2 ], [ %v66, %loop33 ]
  %c37 = phi <8 x float> [ splat (float 0x0000000000000000), %loop2 ], [ %v70, %loop33 ]
  %c38 = phi <8 x float> [ splat (float 0x0000000000000000), %loop2 ], [ %v74, %loop33 ]
  %c39 = phi <8 x float> [ splat (float 0x0000000000000000), %loop2 ], [ %v78, %loop33 ]
  %c40 = phi <8 x float> [ splat (float 0x0000000000000000), %loop2 ], [ %v82, %loop33 ]
  %c41 = phi <8 x float> [ splat (float 0x0000000000000000), %loop2 ], [ %v86, %loop33 ]
  %c42 = phi <8 x float> [ splat (float 0x0000000000000000), %loop2 ], [ %v90, %loop33 ]
  %c43 = phi <8 x float> [ splat (float 0x0000000000000000), %loop2 ], [ %v94, %loop33 ]
  %v44 = mul nsw i64 %i35, 3
  %p45 = getelementptr float, ptr %b0, i64 %v44
  %v46 = mul nsw i64 %i35, 16
  %p47 = getelementptr float, ptr %p25, i64 %v46
  %v48 = mul nsw i64 %i35, 16
  %p49 = getelementptr float, ptr %p26, i64 %v48
  %v50 = mul nsw i64 %i35, 16
  %p51 = getelementptr float, ptr %p27, i64 %v50
  %v52 = mul nsw i64 %i35, 16
  %p53 = getelementptr float, ptr %p28, i64 %v52
  %v54 = mul nsw i64 %i35, 16
  %p55 = getelementptr float, ptr %p29, i64 %v54
  %v56 = mul nsw i64 %i35, 16
  %p57 = getelementptr float, ptr %p30, i64 %v56
  %v58 = mul nsw i64 %i35, 16
  %p59 = getelementptr float, ptr %p31, i64 %v58
  %v60 = mul nsw i64 %i35, 16
  %p61 = getelementptr float, ptr %p32, i64 %v60
  %v62 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %p45, i32 4, <8 x i1> %v7, <8 x float> zeroinitializer)
  %v63 = load float, ptr %p47, align 4
  %v64 = insertelement <8 x float> poison, float %v63, i64 0
  %v65 = shufflevector <8 x float> %v64, <8 x float> poison, <8 x i32> zeroinitializer
  %v66 = call <8 x float> @llvm.fma.v8f32(<8 x float> %v65, <8 x float> %v62, <8 x float> %c36)
  %v67 = load float, ptr %p49, align 4
  %v68 = insertelement <8 x float> poison, float %v67, i64 0
  %v69 = shufflevector <8 x float> %v68, <8 x float> poison, <8 x i32> zeroinitializer
  %v70 = call <8 x float> @llvm.fma.v8f32(<8 x float> %v69, <8 x float> %v62, <8 x float> %c37)
  %v71 = load float, ptr %p51, align 4
  %v72 = insertelement <8 x float> poison, float %v71, i64 0
  %v73 = shufflevector <8 x float> %v72, <8 x float> poison, <8 x i32> zeroinitializer
  %v74 = call <8 x float> @llvm.fma.v8f32(<8 x float> %v73, <8 x float> %v62, <8 x float> %c38)
  %v75 = load float, ptr %p53, align 4
  %v76 = insertelement <8 x float> poison, float %v75, i64 0
  %v77 = shufflevector <8 x float> %v76, <8 x float> poison, <8 x i32> zeroinitializer
  %v78 = call <8 x float> @llvm.fma.v8f32(<8 x float> %v77, <8 x float> %v62, <8 x float> %c39)
  %v79 = load float, ptr %p55, align 4
  %v80 = insertelement <8 x float> poison, float %v79, i64 0
  %v81 = shufflevector <8 x float> %v80, <8 x float> poison, <8 x i32> zeroinitializer
  %v82 = call <8 x float> @llvm.fma.v8f32(<8 x float> %v81, <8 x float> %v62, <8 x float> %c40)
  %v83 = load float, ptr %p57, align 4
  %v84 = insertelement <8 x float> poison, float %v83, i64 0
  %v85 = shufflevector <8 x float> %v84, <8 x float> poison, <8 x i32> zeroinitializer
  %v86 = call <8 x float> @llvm.fma.v8f32(<8 x float> %v85, <8 x float> %v62, <8 x float> %c41)
  %v87 = load float, ptr %p59, align 4
  %v88 = insertelement <8 x float> poison, float %v87, i64 0
  %v89 = shufflevector <8 x float> %v88, <8 x float> poison, <8 x i32> zeroinitializer
  %v90 = call <8 x float> @llvm.fma.v8f32(<8 x float> %v89, <8 x float> %v62, <8 x float> %c42)
  %v91 = load float, ptr %p61, align 4
  %v92 = insertelement <8 x float> poison, float %v91, i64 0
  %v93 = shufflevector <8 x float> %v92, <8 x float> poison, <8 x i32> zeroinitializer
  %v94 = call <8 x float> @llvm.fma.v8f32(<8 x float> %v93, <8 x float> %v62, <8 x float> %c43)
  %v95 = add nsw i64 %i35, 1
  %v96 = icmp slt i64 %v95, 8
  br i1 %v96, label %loop33, label %end34
end34:
  %v97 = phi <8 x float> [ %v66, %loop33 ]
  %v98 = phi <8 x float> [ %v70, %loop33 ]
  %v99 = phi <8 x float> [ %v74, %loop33 ]
  %v100 = phi <8 x float> [ %v78, %loop33 ]
  %v101 = phi <8 x float> [ %v82, %loop33 ]
  %v102 = phi <8 x float> [ %v86, %loop33 ]
  %v103 = phi <8 x float> [ %v90, %loop33 ]
  %v104 = phi <8 x float> [ %v94, %loop33 ]
  store <8 x float> %v97, ptr %scratch1, align 4
  %p105 = getelementptr float, ptr %scratch1, i64 8
  store <8 x float> %v98, ptr %p105, align 4
  %p106 = getelementptr float, ptr %scratch1, i64 16
  store <8 x float> %v99, ptr %p106, align 4
  %p107 = getelementptr float, ptr %scratch1, i64 24
  store <8 x float> %v100, ptr %p107, align 4
  %p108 = getelementptr float, ptr %scratch1, i64 32
  store <8 x float> %v101, ptr %p108, align 4
  %p109 = getelementptr float, ptr %scratch1, i64 40
  store <8 x float> %v102, ptr %p109, align 4
  %p110 = getelementptr float, ptr %scratch1, i64 48
  store <8 x float> %v103, ptr %p110, align 4
  %p111 = getelementptr float, ptr %scratch1, i64 56
  store <8 x float> %v104, ptr %p111, align 4
  %v114 = icmp slt i64 0, %v24
  br i1 %v114, label %loop112, label %end113
loop112:
  %i115 = phi i64 [ 0, %end34 ], [ %v130, %loop112 ]
  %v116 = mul nsw i64 %i115, 8
  %p117 = getelementptr float, ptr %scratch1, i64 %v116
  %v118 = load <8 x float>, ptr %p117, align 4
  %v119 = add nsw i64 %i5, %i115
  %v120 = mul nsw i64 %v119, 3
  %p121 = getelementptr float, ptr %b2, i64 %v120
  %v122 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %p121, i32 4, <8 x i1> %v7, <8 x float> zeroinitializer)
  %v123 = load float, ptr %b3, align 4
  %v124 = insertelement <8 x float> poison, float %v123, i64 0
  %v125 = shufflevector <8 x float> %v124, <8 x float> poison, <8 x i32> zeroinitializer
  %v126 = fmul <8 x float> %v118, %v125
  %v127 = fsub <8 x float> %v122, %v126
  %v128 = mul nsw i64 %v119, 3
  %p129 = getelementptr float, ptr %b2, i64 %v128
  call void @llvm.masked.store.v8f32.p0(<8 x float> %v127, ptr %p129, i32 4, <8 x i1> %v7)
  %v130 = add nsw i64 %i115, 1
  %v131 = icmp slt i64 %v130, %v24
  br i1 %v131, label %loop112, label %end113
end113:
  %v132 = add nsw i64 %i5, 8
  %v133 = icmp slt i64 %v132, %high
  br i1 %v133, label %loop2, label %end3
end3:
  ret void
}
define internal void @k9_reduce_sum(i64 %low, i64 %high, ptr noalias %b0, ptr noalias %b1, ptr noalias %b2) #0 {
entry:
  %v1 = sub nsw i64 %high, %low
  %v2 = and i64 %v1, -8
  %v3 = add nsw i64 %low, %v2
  %v6 = icmp slt i64 %low, %v3
  br i1 %v6, label %loop4, label %end5
loop4:
  %i7 = phi i64 [ %low, %entry ], [ %v28, %end9 ]
  br label %loop8
loop8:
  %i10 = phi i64 [ 0, %loop4 ], [ %v17, %loop8 ]
  %c11 = phi <8 x float> [ splat (float 0x0000000000000000), %loop4 ], [ %v16, %loop8 ]
  %v12 = mul nsw i64 %i10, 3
  %v13 = add nsw i64 %v12, %i7
  %p14 = getelementptr float, ptr %b0, i64 %v13
  %v15 = load <8 x float>, ptr %p14, align 4
  %v16 = fadd <8 x float> %c11, %v15
  %v17 = add nsw i64 %i10, 1
  %v18 = icmp slt i64 %v17, 8
  br i1 %v18, label %loop8, label %end9
end9:
  %v19 = phi <8 x float> [ %v16, %loop8 ]
  %p20 = getelementptr float, ptr %b1, i64 %i7
  %v21 = load <8 x float>, ptr %p20, align 4
  %v22 = load float, ptr %b2, align 4
  %v23 = insertelement <8 x float> poison, float %v22, i64 0
  %v24 = shufflevector <8 x float> %v23, <8 x float> poison, <8 x i32> zeroinitializer
  %v25 = fmul <8 x float> %v19, %v24
  %v26 = fsub <8 x float> %v21, %v25
  %p27 = getelementptr float, ptr %b1, i64 %i7
  store <8 x float> %v26, ptr %p27, align 4
  %v28 = add nsw i64 %i7, 8
  %v29 = icmp slt i64 %v28, %v3
  br i1 %v29, label %loop4, label %end5
end5:
  %v30 = icmp slt i64 %v3, %high
  br i1 %v30, label %then31, label %endif32
then31:
  %v33 = insertelement <8 x i64> poison, i64 %v3, i64 0
  %v34 = shufflevector <8 x i64> %v33, <8 x i64> poison, <8 x i32> zeroinitializer
  %v35 = add nsw <8 x i64> <i64 0, i64 1, i64 2, i64 3, i64 4, i64 5, i64 6, i64 7>, %v34
  %v36 = insertelement <8 x i64> poison, i64 %high, i64 0
  %v37 = shufflevector <8 x i64> %v36, <8 x i64> poison, <8 x i32> zeroinitializer
  %v38 = icmp slt <8 x i64> %v35, %v37
  br label %loop39
loop39:
  %i41 = phi i64 [ 0, %then31 ], [ %v48, %loop39 ]
  %c42 = phi <8 x float> [ splat (float 0x0000000000000000), %then31 ], [ %v47, %loop39 ]
  %v43 = mul nsw i64 %i41, 3
  %v44 = add nsw i64 %v43, %v3
  %p45 = getelementptr float, ptr %b0, i64 %v44
  %v46 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %p45, i32 4, <8 x i1> %v38, <8 x float> zeroinitializer)
  %v47 = fadd <8 x float> %c42, %v46
  %v48 = add nsw i64 %i41, 1
  %v49 = icmp slt i64 %v48, 8
  br i1 %v49, label %loop39, label %end40
end40:
  %v50 = phi <8 x float> [ %v47, %loop39 ]
  %p51 = getelementptr float, ptr %b1, i64 %v3
  %v52 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %p51, i32 4, <8 x i1> %v38, <8 x float> zeroinitializer)
  %v53 = load float, ptr %b2, align 4
  %v54 = insertelement <8 x float> poison, float %v53, i64 0
  %v55 = shufflevector <8 x float> %v54, <8 x float> poison, <8 x i32> zeroinitializer
  %v56 = fmul <8 x float> %v50, %v55
  %v57 = fsub <8 x float> %v52, %v56
  %p58 = getelementptr float, ptr %b1, i64 %v3
  call void @llvm.masked.store.v8f32.p0(<8 x float> %v57, ptr %p58, i32 4, <8 x i1> %v38)
  br label %endif32
endif32:
  ret void
}
define internal void @k10_add(i64 %low, i64 %high, ptr noalias %b0) #0 {
entry:
  %v1 = load double, ptr %b0, align 8
  %v2 = fadd double %v1, 0x4020000000000000
  store double %v2, ptr %b0, align 8
  ret void
}
define internal void @k11_reduce_sum(i64 %low, i64 %high, ptr noalias %b0, ptr noalias %b1) #0 {
entry:
  %v3 = icmp slt i64 %low, %high
  br i1 %v3, label %loop1, label %end2
loop1:
  %i4 = phi i64 [ %low, %entry ], [ %v23, %loop1 ]
  %v5 = add nsw <8 x i64> <i64 0, i64 1, i64 2, i64 3, i64 4, i64 5, i64 6, i64 7>, splat (i64 0)
  %v6 = icmp slt <8 x i64> %v5, splat (i64 3)
  %v7 = mul nsw i64 %i4, 3
  %p8 = getelementptr float, ptr %b0, i64 %v7
  %v9 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %p8, i32 4, <8 x i1> %v6, <8 x float> zeroinitializer)
  %v10 = select <8 x i1> %v6, <8 x float> %v9, <8 x float> splat (float 0x0000000000000000)
  %v11 = fadd <8 x float> splat (float 0x0000000000000000), %v10
  %v12 = shufflevector <8 x float> %v11, <8 x float> poison, <4 x i32> <i32 0, i32 1, i32 2, i32 3>
  %v13 = shufflevector <8 x float> %v11, <8 x float> poison, <4 x i32> <i32 4, i32 5, i32 6, i32 7>
  %v14 = fadd <4 x float> %v12, %v13
  %v15 = shufflevector <4 x float> %v14, <4 x float> poison, <2 x i32> <i32 0, i32 1>
  %v16 = shufflevector <4 x float> %v14, <4 x float> poison, <2 x i32> <i32 2, i32 3>
  %v17 = fadd <2 x float> %v15, %v16
  %v18 = extractelement <2 x float> %v17, i64 0
  %v19 = extractelement <2 x float> %v17, i64 1
  %v20 = fadd float %v18, %v19
  %v21 = fdiv float %v20, 0x4008000000000000
  %p22 = getelementptr float, ptr %b1, i64 %i4
  store float %v21, ptr %p22, align 4
  %v23 = add nsw i64 %i4, 1
  %v24 = icmp slt i64 %v23, %high
  br i1 %v24, label %loop1, label %end2
end2:
  ret void
}
define internal void @k12_reduce_sum(i64 %low, i64 %high, ptr noalias %b0, ptr noalias %b1) #0 {
entry:
  br label %loop1
loop1:
  %i3 = phi i64 [ 0, %entry ], [ %v8, %loop1 ]
  %c4 = phi <8 x float> [ splat (float 0x0000000000000000), %entry ], [ %v7, %loop1 ]
  %p5 = getelementptr float, ptr %b0, i64 %i3
  %v6 = load <8 x float>, ptr %p5, align 4
  %v7 = fadd <8 x float> %c4, %v6
  %v8 = add nsw i64 %i3, 8
  %v9 = icmp slt i64 %v8, 8
  br i1 %v9, label %loop1, label %end2
end2:
  %v10 = phi <8 x float> [ %v7, %loop1 ]
  %v11 = shufflevector <8 x float> %v10, <8 x float> poison, <4 x i32> <i32 0, i32 1, i32 2, i32 3>
  %v12 = shufflevector <8 x float> %v10, <8 x float> poison, <4 x i32> <i32 4, i32 5, i32 6, i32 7>
  %v13 = fadd <4 x float> %v11, %v12
  %v14 = shufflevector <4 x float> %v13, <4 x float> poison, <2 x i32> <i32 0, i32 1>
  %v15 = shufflevector <4 x float> %v13, <4 x float> poison, <2 x i32> <i32 2, i32 3>
  %v16 = fadd <2 x float> %v14, %v15
  %v17 = extractelement <2 x float> %v16, i64 0
  %v18 = extractelement <2 x float> %v16, i64 1
  %v19 = fadd float %v17, %v18
  %v20 = load double, ptr %b1, align 8
  %v21 = fdiv float %v19, 0x4020000000000000
  %v22 = fmul float %v21, 0x4020000000000000
  %v23 = fpext float %v22 to double
  %v24 = fadd double %v20, %v23
  store double %v24, ptr %b1, align 8
  ret void
}
define internal void @k13_add(i64 %low, i64 %high, ptr noalias %b0) #0 {
entry:
  %v1 = load i64, ptr %b0, align 8
  %v2 = add i64 %v1, 1
  store i64 %v2, ptr %b0, align 8
  ret void
}

declare i32 @sched_yield()
declare i64 @syscall(i64, ...)
declare void @llvm.x86.sse2.pause()
define internal void @barrier(ptr %sync, i64 %team) noinline {
entry:
  %alone = icmp eq i64 %team, 1
  br i1 %alone, label %done, label %meet
meet:
  %generation = getelementptr i8, ptr %sync, i64 64
  %sleepers = getelementptr i8, ptr %sync, i64 128
  %seen = load atomic i32, ptr %generation acquire, align 4
  %before = atomicrmw add ptr %sync, i32 1 acq_rel
  %others = trunc i64 %team to i32
  %last = sub i32 %others, 1
  %is_last = icmp eq i32 %before, %last
  br i1 %is_last, label %open, label %spin
open:
  store atomic i32 0, ptr %sync release, align 4
  %new = add i32 %seen, 1
  store atomic i32 %new, ptr %generation seq_cst, align 4
  %n = load atomic i32, ptr %sleepers seq_cst, align 4
  %any = icmp sgt i32 %n, 0
  br i1 %any, label %wake, label %done
wake:
  %w = call i64 (i64, ...) @syscall(i64 202, ptr %generation, i32 129, i32 2147483647, ptr null, ptr null, i32 0)
  br label %done
spin:
  %count = phi i32 [ 0, %meet ], [ %next, %again ]
  %now = load atomic i32, ptr %generation acquire, align 4
  %same = icmp eq i32 %now, %seen
  br i1 %same, label %wait, label %done
wait:
  %next = add i32 %count, 1
  %short = icmp slt i32 %count, 2000
  br i1 %short, label %pause, label %long
pause:
  call void @llvm.x86.sse2.pause()
  br label %again
long:
  %yielding = icmp slt i32 %count, 2016
  br i1 %yielding, label %yield, label %sleep
yield:
  %y = call i32 @sched_yield()
  br label %again
again:
  br label %spin
sleep:
  %s = atomicrmw add ptr %sleepers, i32 1 seq_cst
  %f = call i64 (i64, ...) @syscall(i64 202, ptr %generation, i32 128, i32 %seen, ptr null, ptr null, i32 0)
  %t = atomicrmw sub ptr %sleepers, i32 1 seq_cst
  br label %check
check:
  %late = load atomic i32, ptr %generation acquire, align 4
  %still = icmp eq i32 %late, %seen
  br i1 %still, label %sleep, label %done
done:
  ret void
}

declare void @llvm.x86.sse.stmxcsr(ptr)
declare void @llvm.x86.sse.ldmxcsr(ptr)
define void @run(i64 %thread, i64 %team, i64 %first, i64 %last, ptr %table, ptr %sync) {
entry:
  %modes = alloca [2 x i32], align 8
  call void @llvm.x86.sse.stmxcsr(ptr %modes)
  %mode = load i32, ptr %modes, align 4
  %flushing = or i32 %mode, 32768
  %mode2 = getelementptr i32, ptr %modes, i64 1
  store i32 %flushing, ptr %mode2, align 4
  call void @llvm.x86.sse.ldmxcsr(ptr %mode2)
  %slot1 = getelementptr inbounds ptr, ptr %table, i64 12
  %buffer2 = load ptr, ptr %slot1, align 8
  %v3 = mul nsw i64 %thread, 1792
  %p4 = getelementptr i8, ptr %buffer2, i64 %v3
  %v5 = add nsw i64 %thread, 1
  %v6 = mul nsw i64 %thread, 4
  %v7 = sdiv i64 %v6, %team
  %v8 = call i64 @llvm.smin.i64(i64 %v7, i64 4)
  %v9 = mul nsw i64 %v5, 4
  %v10 = sdiv i64 %v9, %team
  %v11 = call i64 @llvm.smin.i64(i64 %v10, i64 4)
  %v12 = add nsw i64 %thread, 1
  %v13 = mul nsw i64 %thread, 16
  %v14 = sdiv i64 %v13, %team
  %v15 = call i64 @llvm.smin.i64(i64 %v14, i64 16)
  %v16 = mul nsw i64 %v12, 16
  %v17 = sdiv i64 %v16, %team
  %v18 = call i64 @llvm.smin.i64(i64 %v17, i64 16)
  %v19 = add nsw i64 %thread, 1
  %v20 = mul nsw i64 %thread, 3
  %v21 = sdiv i64 %v20, %team
  %v22 = call i64 @llvm.smin.i64(i64 %v21, i64 3)
  %v23 = mul nsw i64 %v19, 3
  %v24 = sdiv i64 %v23, %team
  %v25 = call i64 @llvm.smin.i64(i64 %v24, i64 3)
  %v26 = icmp eq i64 %thread, 0
  %v29 = icmp slt i64 %first, %last
  br i1 %v29, label %loop27, label %end28
loop27:
  %i30 = phi i64 [ %first, %entry ], [ %v103, %endif79 ]
  %slot31 = getelementptr inbounds ptr, ptr %table, i64 3
  %buffer32 = load ptr, ptr %slot31, align 8
  %slot33 = getelementptr inbounds ptr, ptr %table, i64 2
  %buffer34 = load ptr, ptr %slot33, align 8
  %slot35 = getelementptr inbounds ptr, ptr %table, i64 0
  %buffer36 = load ptr, ptr %slot35, align 8
  call void @k1_gather(i64 0, i64 8, ptr %buffer32, ptr %buffer34, ptr %buffer36, ptr %p4)
  %slot37 = getelementptr inbounds ptr, ptr %table, i64 4
  %buffer38 = load ptr, ptr %slot37, align 8
  %slot39 = getelementptr inbounds ptr, ptr %table, i64 5
  %buffer40 = load ptr, ptr %slot39, align 8
  %p41 = getelementptr i8, ptr %p4, i64 128
  %p42 = getelementptr i8, ptr %p4, i64 256
  call void @k2_dot_general(i64 0, i64 8, ptr %buffer38, ptr %p4, ptr %buffer40, ptr %p41, ptr %p42)
  %slot43 = getelementptr inbounds ptr, ptr %table, i64 6
  %buffer44 = load ptr, ptr %slot43, align 8
  %p45 = getelementptr i8, ptr %p4, i64 256
  %slot46 = getelementptr inbounds ptr, ptr %table, i64 3
  %buffer47 = load ptr, ptr %slot46, align 8
  %slot48 = getelementptr inbounds ptr, ptr %table, i64 2
  %buffer49 = load ptr, ptr %slot48, align 8
  %slot50 = getelementptr inbounds ptr, ptr %table, i64 1
  %buffer51 = load ptr, ptr %slot50, align 8
  %slot52 = getelementptr inbounds ptr, ptr %table, i64 7
  %buffer53 = load ptr, ptr %slot52, align 8
  %p54 = getelementptr i8, ptr %p4, i64 768
  %p55 = getelementptr i8, ptr %p4, i64 896
  call void @k3_dot_general(i64 0, i64 8, ptr %buffer44, ptr %p45, ptr %buffer47, ptr %buffer49, ptr %buffer51, ptr %buffer53, ptr %p54, ptr %p55)
  %slot56 = getelementptr inbounds ptr, ptr %table, i64 6
  %buffer57 = load ptr, ptr %slot56, align 8
  %p58 = getelementptr i8, ptr %p4, i64 1024
  call void @k4_pack(i64 0, i64 16, ptr %buffer57, ptr %p58)
  %p59 = getelementptr i8, ptr %p4, i64 1024
  %p60 = getelementptr i8, ptr %p4, i64 768
  %p61 = getelementptr i8, ptr %p4, i64 128
  %p62 = getelementptr i8, ptr %p4, i64 1216
  call void @k5_dot_general(i64 0, i64 8, ptr %p59, ptr %p60, ptr %p61, ptr %p62)
  br i1 %v26, label %then63, label %endif64
then63:
  %slot65 = getelementptr inbounds ptr, ptr %table, i64 8
  %buffer66 = load ptr, ptr %slot65, align 8
  call void @k10_add(i64 0, i64 1, ptr %buffer66)
  br label %endif64
endif64:
  %p67 = getelementptr i8, ptr %p4, i64 896
  %p68 = getelementptr i8, ptr %p4, i64 1728
  call void @k11_reduce_sum(i64 0, i64 8, ptr %p67, ptr %p68)
  br i1 %v26, label %then69, label %endif70
then69:
  %p71 = getelementptr i8, ptr %p4, i64 1728
  %slot72 = getelementptr inbounds ptr, ptr %table, i64 9
  %buffer73 = load ptr, ptr %slot72, align 8
  call void @k12_reduce_sum(i64 0, i64 1, ptr %p71, ptr %buffer73)
  br label %endif70
endif70:
  br i1 %v26, label %then74, label %endif75
then74:
  %slot76 = getelementptr inbounds ptr, ptr %table, i64 11
  %buffer77 = load ptr, ptr %slot76, align 8
  call void @k13_add(i64 0, i64 1, ptr %buffer77)
  br label %endif75
endif75:
  call void @barrier(ptr %sync, i64 %team)
  br i1 %v26, label %then78, label %endif79
then78:
  %slot80 = getelementptr inbounds ptr, ptr %table, i64 3
  %buffer81 = load ptr, ptr %slot80, align 8
  call void @k0_add(i64 0, i64 1, ptr %buffer81)
  br label %endif79
endif79:
  %p82 = getelementptr i8, ptr %p4, i64 1216
  %slot83 = getelementptr inbounds ptr, ptr %table, i64 4
  %buffer84 = load ptr, ptr %slot83, align 8
  %slot85 = getelementptr inbounds ptr, ptr %table, i64 10
  %buffer86 = load ptr, ptr %slot85, align 8
  call void @k6_dot_general(i64 %v8, i64 %v11, ptr %p82, ptr %p4, ptr %buffer84, ptr %buffer86)
  %p87 = getelementptr i8, ptr %p4, i64 1216
  %slot88 = getelementptr inbounds ptr, ptr %table, i64 5
  %buffer89 = load ptr, ptr %slot88, align 8
  %slot90 = getelementptr inbounds ptr, ptr %table, i64 10
  %buffer91 = load ptr, ptr %slot90, align 8
  call void @k7_reduce_sum(i64 %v15, i64 %v18, ptr %p87, ptr %buffer89, ptr %buffer91)
  %p92 = getelementptr i8, ptr %p4, i64 768
  %p93 = getelementptr i8, ptr %p4, i64 256
  %slot94 = getelementptr inbounds ptr, ptr %table, i64 6
  %buffer95 = load ptr, ptr %slot94, align 8
  %slot96 = getelementptr inbounds ptr, ptr %table, i64 10
  %buffer97 = load ptr, ptr %slot96, align 8
  call void @k8_dot_general(i64 %v15, i64 %v18, ptr %p92, ptr %p93, ptr %buffer95, ptr %buffer97)
  %p98 = getelementptr i8, ptr %p4, i64 768
  %slot99 = getelementptr inbounds ptr, ptr %table, i64 7
  %buffer100 = load ptr, ptr %slot99, align 8
  %slot101 = getelementptr inbounds ptr, ptr %table, i64 10
  %buffer102 = load ptr, ptr %slot101, align 8
  call void @k9_reduce_sum(i64 %v22, i64 %v25, ptr %p98, ptr %buffer100, ptr %buffer102)
  call void @barrier(ptr %sync, i64 %team)
  %v103 = add nsw i64 %i30, 1
  %v104 = icmp slt i64 %v103, %last
  br i1 %v104, label %loop27, label %end28
end28:
  call void @llvm.x86.sse.ldmxcsr(ptr %modes)
  ret void
}
attributes #0 = { noinline nounwind "no-trapping-math"="true" }
